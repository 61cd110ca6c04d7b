export { createBridgeLink } from './bridge-link.ts'
export { splitNotices, type KioskLink, type LinkState } from './link.ts'
export { createSocketLink, reconnectWait, type SocketLike, type SocketPorts } from './socket-link.ts'
