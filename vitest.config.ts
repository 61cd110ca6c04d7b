import { availableParallelism } from 'node:os'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/**
 * Folders whose tests stand on real processes, files, sockets or browsers: each belongs to a project of its own below.
 */
const whole = [
  'test/adversary/**',
  'test/bench/**',
  'test/browser/**',
  'test/canary/**',
  'test/e2e/**',
  'test/electron/**',
  'test/engine/**',
  'test/faults/**',
  'test/hardware/**',
  'test/hub/**',
  'test/packaging/**',
  'test/provision/**',
  'test/security/**',
  'test/simulation/**',
  'test/thief/**',
]

/** Of the rooms by themselves, those that start processes, build pages or wait for a line to fall silent. */
const slow = [
  'test/oidc/**/*.test.ts',
  'test/ci/**/*.test.ts',
  'test/outgoing/**/*.test.ts',
  'test/printers/{cli,faults,inside,serial,setup}.test.ts',
  'test/readers/cli.test.ts',
  'test/renderer/bundle.test.ts',
  'test/shell/supervisor.test.ts',
  'test/vault/vault.test.ts',
]

/** A page or a process is asked again until it says so, however busy the computer is: only what never comes fails. */
const expectations = { poll: { timeout: 15_000 } }

const minutes = (count: number) => ({ testTimeout: count * 60_000, hookTimeout: count * 60_000 })

/**
 * `quick`: rules, protocol, stores, decoders; no process, no PostgreSQL, no browser. `unit`: rooms by themselves that
 * need more. `engine`, `hub`, `shell`, `security`: real processes, files and sockets. `electron`: the built shell.
 * `e2e`: a real browser over all of it. `proofs`: what searches the memory of whole processes, one after the other and
 * last.
 */
export default defineConfig({
  test: {
    // Most files wait for processes, disks and sockets: with one worker more than there are processors, none is idle.
    maxWorkers: availableParallelism() + 1,
    reporters: [['default', { summary: false }], './test/reporter.ts'],
    globalSetup: './test/support/shared/server.ts',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [vue()],
        test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [...whole, ...slow], testTimeout: 30_000 },
      },
      { test: { name: 'unit', include: slow, ...minutes(1) } },
      { test: { name: 'engine', expect: expectations, include: ['test/engine/**/*.test.ts'], ...minutes(1) } },
      { test: { name: 'hub', expect: expectations, include: ['test/hub/**/*.test.ts'], ...minutes(2) } },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...minutes(4) } },
      { test: { name: 'shell', expect: expectations, include: ['test/browser/**/*.test.ts'], ...minutes(1) } },
      {
        test: {
          name: 'electron',
          expect: expectations,
          include: ['test/electron/**/*.test.ts', 'test/provision/**/*.test.ts', 'test/packaging/**/*.test.ts'],
          globalSetup: 'test/electron/build-shell.ts',
          ...minutes(3),
        },
      },
      { test: { name: 'security', expect: expectations, include: ['test/security/**/*.test.ts'], ...minutes(2) } },
      { test: { name: 'adversary', expect: expectations, include: ['test/adversary/**/*.test.ts'], ...minutes(4) } },
      { test: { name: 'e2e', expect: expectations, include: ['test/e2e/**/*.test.ts'], ...minutes(3) } },
      {
        test: {
          name: 'proofs',
          expect: expectations,
          include: ['test/canary/**/*.test.ts', 'test/thief/**/*.test.ts'],
          fileParallelism: false,
          ...minutes(4),
        },
      },
    ],
  },
})
