/**
 * A custom scheme cannot be registered in a Chromium from outside: `app://kiosk/x` is `https://kiosk.app.test/x` there.
 */
const suffix = '.app.test'

export function toChromium(url: string): string {
  const match = /^app:\/\/([^/?#]*)(.*)$/.exec(url)
  return match === null ? url : `https://${match[1] ?? ''}${suffix}${match[2] ?? ''}`
}

export function toElectron(url: string): string {
  const match = /^https:\/\/([^/?#]*)\.app\.test(.*)$/.exec(url)
  return match === null ? url : `app://${match[1] ?? ''}${match[2] ?? ''}`
}
