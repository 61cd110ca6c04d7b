export { onDisk, onDiskLater, written } from './on-disk.ts'
export { DamagedRow, openStore, storageFailure, type Sqlite, type Store } from './store.ts'
export { migrations, type Migration } from './migrations.ts'
export { stored, storedJson } from './stored.ts'
