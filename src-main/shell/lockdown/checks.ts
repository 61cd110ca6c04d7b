/**
 * What locks a kiosk down on Linux, each read from the machine itself. Nothing is changed, and what cannot be told is
 * said so.
 */
import { join } from 'node:path'
import type { Finding, Machine } from './machine.ts'

type Check = (machine: Machine) => Finding

function line(text: string | null, name: string): string | null {
  return text === null ? null : (new RegExp(`^${name}:?\\s+(.*)$`, 'm').exec(text)?.[1]?.trim() ?? null)
}

function finding(what: string, holds: boolean | null, seen: string, todo: string): Finding {
  return {
    what,
    state: holds === null ? 'cannot-tell' : holds ? 'holds' : 'missing',
    seen,
    todo: holds === true ? null : todo,
  }
}

const unit = 'install resources/systemd/lodge-kiosk.service and start the kiosk by it'

const ownAccount: Check = ({ uid }) =>
  finding('an account of its own, not root', uid === null ? null : uid !== 0, uid === null ? '' : `uid ${uid}`, unit)

const noNewPrivileges: Check = ({ read }) => {
  const value = line(read('/proc/self/status'), 'NoNewPrivs')
  return finding('no new privileges', value === null ? null : value === '1', `NoNewPrivs ${value ?? '?'}`, unit)
}

const noCapabilities: Check = ({ read }) => {
  const value = line(read('/proc/self/status'), 'CapEff')
  return finding('no capabilities', value === null ? null : /^0+$/.test(value), `CapEff ${value ?? '?'}`, unit)
}

const callsFiltered: Check = ({ read }) => {
  const value = line(read('/proc/self/status'), 'Seccomp')
  return finding('system calls filtered', value === null ? null : value === '2', `Seccomp ${value ?? '?'}`, unit)
}

const noCoreDump: Check = ({ read }) => {
  const value = line(read('/proc/self/limits'), 'Max core file size')?.split(/\s+/)
  const limits = value === undefined ? null : `${value[0] ?? '?'} / ${value[1] ?? '?'}`
  return finding(
    'no core dump',
    value === undefined ? null : value[0] === '0' && value[1] === '0',
    limits ?? '',
    `LimitCORE=0: ${unit}`,
  )
}

const noSwap: Check = ({ read, cgroup }) => {
  const own = cgroup === null ? null : read(join('/sys/fs/cgroup', cgroup, 'memory.swap.max'))?.trim()
  if (own === '0') return finding('no swap for it', true, 'memory.swap.max 0', '')
  const swaps = read('/proc/swaps')
  const count = swaps === null ? null : swaps.trim().split('\n').length - 1
  return finding(
    'no swap for it',
    count === null ? null : count === 0,
    count === null ? '' : `${count} swap areas`,
    `MemorySwapMax=0: ${unit}`,
  )
}

const encryptedDisk: Check = ({ read, dataDir, deviceOf }) => {
  const device = deviceOf(dataDir)
  if (device === null)
    return finding(
      'the disk is encrypted',
      null,
      'no block device',
      'encrypt the disk (LUKS with TPM 2), or know that only the keystore protects the keys',
    )
  const uuid = read(`/sys/dev/block/${device}/dm/uuid`)?.trim() ?? ''
  return finding(
    'the disk is encrypted',
    uuid.startsWith('CRYPT-'),
    uuid === '' ? `device ${device}` : uuid.split('-').slice(0, 2).join('-'),
    'encrypt the disk (LUKS with TPM 2): a stolen one then opens nothing',
  )
}

const closedFolder: Check = ({ mode, dataDir }) => {
  const bits = mode(dataDir)
  return finding(
    'the data folder is closed to others',
    bits === null ? null : (bits & 0o077) === 0,
    bits === null ? 'not there yet' : bits.toString(8),
    `chmod 700 ${dataDir}`,
  )
}

const keySealed: Check = ({ mode, dataDir, env }) => {
  if (env['CREDENTIALS_DIRECTORY'] !== undefined && mode(join(env['CREDENTIALS_DIRECTORY'], 'lodge-kek')) !== null)
    return finding('the key is sealed to this machine', true, 'systemd credential', '')
  if (mode(join(dataDir, 'keystore.sealed')) !== null)
    return finding('the key is sealed to this machine', true, 'operating system keystore', '')
  const plain = mode(join(dataDir, 'keystore.key')) !== null
  return finding(
    'the key is sealed to this machine',
    plain ? false : null,
    plain ? 'a key file' : 'no key yet',
    'seal it with systemd-creds (resources/systemd/lodge-kiosk.service), or use the Electron shell with a keyring',
  )
}

const deviceRules: Check = ({ read }) => {
  const there = [
    '/etc/udev/rules.d/60-lodge.rules',
    '/usr/lib/udev/rules.d/60-lodge.rules',
    '/lib/udev/rules.d/60-lodge.rules',
  ].find((file) => read(file) !== null)
  return finding(
    'device rules: readers are the kiosk’s alone',
    there !== undefined,
    there ?? '',
    'copy resources/udev/60-lodge.rules to /etc/udev/rules.d and run udevadm control --reload',
  )
}

const confined: Check = ({ read }) => {
  const label = read('/proc/self/attr/current')?.replaceAll('\0', '').trim() ?? ''
  return finding(
    'an AppArmor profile is enforced',
    label === '' ? null : label.includes('(enforce)'),
    label,
    'load resources/apparmor/lodge-kiosk',
  )
}

const watched: Check = ({ env }) =>
  finding('a watchdog ends a kiosk that hangs', env['WATCHDOG_USEC'] !== undefined, env['WATCHDOG_USEC'] ?? '', unit)

const underUnit: Check = ({ cgroup }) =>
  finding('runs as a service', cgroup === null ? null : /lodge-kiosk\.service/.test(cgroup), cgroup ?? '', unit)

const ctrlAltDel: Check = ({ link }) => {
  const target = link('/etc/systemd/system/ctrl-alt-del.target')
  return finding(
    'Ctrl-Alt-Del does not restart the computer',
    target === '/dev/null',
    target ?? 'not masked',
    'systemctl mask ctrl-alt-del.target',
  )
}

const magicKeys: Check = ({ read }) => {
  const value = read('/proc/sys/kernel/sysrq')?.trim() ?? null
  return finding(
    'the magic SysRq key is off',
    value === null ? null : value === '0',
    `kernel.sysrq ${value ?? '?'}`,
    'sysctl kernel.sysrq=0',
  )
}

const noTracing: Check = ({ read }) => {
  const value = read('/proc/sys/kernel/yama/ptrace_scope')?.trim() ?? null
  return finding(
    'no process may read another’s memory',
    value === null ? null : Number(value) >= 1,
    `ptrace_scope ${value ?? '?'}`,
    'sysctl kernel.yama.ptrace_scope=2',
  )
}

const clockKept: Check = ({ mode }) => {
  const synced = mode('/run/systemd/timesync/synchronized') !== null
  return finding(
    'the clock is kept by the network',
    synced ? true : null,
    synced ? 'timesyncd' : '',
    'enable systemd-timesyncd or chrony: desk time comes from the hub, the certificate check from this clock',
  )
}

const oneProgram: Check = ({ env }) =>
  finding(
    'a session of one program',
    env['XDG_SESSION_DESKTOP'] === undefined && env['XDG_CURRENT_DESKTOP'] === undefined ? null : false,
    env['XDG_CURRENT_DESKTOP'] ?? env['XDG_SESSION_DESKTOP'] ?? 'no desktop named',
    `cage: ${unit}`,
  )

export const linuxChecks: readonly Check[] = [
  ownAccount,
  underUnit,
  oneProgram,
  noNewPrivileges,
  noCapabilities,
  callsFiltered,
  confined,
  noTracing,
  noCoreDump,
  noSwap,
  closedFolder,
  keySealed,
  encryptedDisk,
  deviceRules,
  watched,
  ctrlAltDel,
  magicKeys,
  clockKept,
]
