/**
 * The small machine: QEMU, its monitor (QMP), and the wire that the tests inside talk over. Stopped whatever happens.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Image } from './image.ts'
import { runTool } from './run-tool.ts'
import { Unavailable } from './unavailable.ts'

const qemu = 'qemu-system-x86_64'

/** Hardware virtualisation, where the processor says so: a /dev/kvm alone is no proof. */
export function accelerator(): 'kvm' | 'tcg' {
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8')
    return /^flags\s*:.*\b(vmx|svm)\b/m.test(text) ? 'kvm' : 'tcg'
  } catch {
    return 'tcg'
  }
}

export interface Machine {
  /** A line from the tests inside. */
  onLine(listener: (line: string) => void): void
  /** A line to the tests inside. */
  say(line: string): void
  /** One QMP command (QEMU's own documentation, "QEMU Machine Protocol"). Rejects with what QEMU objects. */
  command(name: string, args?: object): Promise<unknown>
  /** Resolves when it is off, for whatever reason. */
  readonly off: Promise<void>
  /** What the kernel wrote on its console, its end. */
  console(): string
  stop(): Promise<void>
}

function linesOf(socket: NodeJS.ReadableStream, each: (line: string) => void): void {
  let rest = ''
  socket.on('data', (bytes: Buffer) => {
    rest += bytes.toString('utf8')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) each(line)
  })
}

/** Waits for QEMU to call at a socket of ours. */
async function listening(path: string): Promise<{ server: Server; called: Promise<Socket> }> {
  const server = createServer()
  const called = new Promise<Socket>((resolve) => server.once('connection', resolve))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return { server, called }
}

/** Throws Unavailable without QEMU, or on another kind of processor than the packages are for. */
export async function requireQemu(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Unavailable('only for Linux on x86-64')
  if (!(await runTool(qemu, ['--version'])).ok)
    throw new Unavailable(`${qemu} is not here: Debian's package qemu-system-x86 has it`)
}

/** `folder`: short-lived files. `shared`: a folder that the machine may write. */
export async function startMachine(image: Image, project: string, folder: string, shared: string): Promise<Machine> {
  const monitor = await listening(join(folder, 'qmp'))
  const wire = await listening(join(folder, 'wire'))
  const share = (tag: string, path: string, readonly: boolean) => [
    '-virtfs',
    `local,path=${path},mount_tag=${tag},security_model=none,multidevs=remap${readonly ? ',readonly=on' : ''}`,
  ]
  const accel = accelerator()
  const child: ChildProcess = spawn(
    qemu,
    [
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-M', 'q35', '-m', '768', '-smp', '2'],
      ...(accel === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'max']),
      ...[
        '-kernel',
        image.kernel,
        '-initrd',
        image.initramfs,
        '-append',
        'console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off',
      ],
      ...['-serial', 'stdio', '-chardev', `socket,id=wire,path=${join(folder, 'wire')}`, '-serial', 'chardev:wire'],
      ...['-chardev', `socket,id=qmp,path=${join(folder, 'qmp')}`, '-mon', 'chardev=qmp,mode=control'],
      ...['-device', 'qemu-xhci,id=usb', '-device', 'usb-kbd,id=keyboard,bus=usb.0'],
      ...share('project', project, true),
      ...share('results', shared, false),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let text = ''
  const keep = (bytes: Buffer) => {
    text = (text + bytes.toString('latin1')).slice(-64_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const off = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  const sockets: Socket[] = []
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  async function stop(): Promise<void> {
    killed()
    await off
    process.off('exit', killed)
    for (const socket of sockets) socket.destroy()
    monitor.server.close()
    wire.server.close()
  }
  const call = async (called: Promise<Socket>) => {
    const socket = await Promise.race([called, off.then(() => null)])
    if (socket === null) throw new Error(`QEMU does not start: ${text.trim().split('\n').at(-1) ?? ''}`)
    socket.on('error', () => undefined)
    sockets.push(socket)
    return socket
  }
  try {
    const qmp = await call(monitor.called)
    const inside = await call(wire.called)
    const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
    let last = 0
    let onLine: (line: string) => void = () => undefined
    linesOf(qmp, (line) => {
      const answer = JSON.parse(line) as { id?: number; return?: unknown; error?: { desc: string } }
      const asked = answer.id === undefined ? undefined : waiting.get(answer.id)
      if (answer.id === undefined || asked === undefined) return
      waiting.delete(answer.id)
      if (answer.error === undefined) asked.resolve(answer.return)
      else asked.reject(new Error(answer.error.desc))
    })
    linesOf(inside, (line) => onLine(line))
    void off.then(() => {
      for (const { reject } of waiting.values()) reject(new Error('the machine is off'))
    })
    const command = (name: string, args: object = {}) =>
      new Promise<unknown>((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        qmp.write(`${JSON.stringify({ execute: name, arguments: args, id: last })}\n`)
      })
    await command('qmp_capabilities')
    return {
      onLine(listener) {
        onLine = listener
      },
      say: (line) => void inside.write(`${line}\n`),
      command,
      off,
      console: () => text,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
