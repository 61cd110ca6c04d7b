/** Hub and kiosk processes that a test may kill with SIGKILL and start again. */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, Order } from './kiosk-process.ts'

const hubEntry = fileURLToPath(new URL('../../../src-hub/main.ts', import.meta.url))
const kioskEntry = fileURLToPath(new URL('./kiosk-process.ts', import.meta.url))

const gone = (child: ChildProcess) =>
  new Promise<void>((resolve) =>
    child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve(),
  )
const firstWord = <T>(child: ChildProcess) =>
  new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
  })

export class HubChild {
  #child: ChildProcess | null = null
  port = 0
  readonly #env: NodeJS.ProcessEnv
  constructor(dataDir: string, databaseUrl: string) {
    this.#env = { ...process.env, LODGE_HUB_DATA: dataDir, DATABASE_URL: databaseUrl, LODGE_HUB_PORT: '0' }
  }
  /** At the port it had before, if it has run already. */
  async start(): Promise<void> {
    const env = { ...this.#env, LODGE_HUB_PORT: String(this.port) }
    const child = fork(hubEntry, [], {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env,
    })
    this.port = (await firstWord<{ port: number }>(child)).port
    this.#child = child
  }
  kill(): void {
    this.#child?.kill('SIGKILL')
  }
  async killed(): Promise<void> {
    this.kill()
    if (this.#child !== null) await gone(this.#child)
  }
}

export class KioskChild {
  #child: ChildProcess | null = null
  #next = 1
  readonly folder: string
  readonly #address: string
  constructor(folder: string, address: string) {
    this.folder = folder
    this.#address = address
  }
  async start(): Promise<void> {
    const child = fork(kioskEntry, [this.folder, this.#address], {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await firstWord(child)
    this.#child = child
  }
  /** null: it died over it. */
  ask(order: Omit<Order & { act: 'serve' }, 'id'> | { act: 'sync' | 'state' | 'ledger' }): Promise<Answer | null> {
    const child = this.#child
    if (child === null) throw new Error('not started')
    const id = this.#next++
    return new Promise((resolve) => {
      const over = (answer: Answer | null) => {
        child.off('message', heard).off('exit', died)
        resolve(answer)
      }
      const heard = (message: unknown) => {
        const answer = message as Answer
        if (answer.id === id) over(answer)
      }
      const died = () => over(null)
      child.on('message', heard).on('exit', died)
      child.send({ ...order, id })
    })
  }
  kill(): void {
    this.#child?.kill('SIGKILL')
  }
  async killed(): Promise<void> {
    this.kill()
    if (this.#child !== null) await gone(this.#child)
  }
}
