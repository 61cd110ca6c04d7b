import { availableParallelism } from 'node:os'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const whole = [
  'test/engine/**',
  'test/hub/**',
  'test/browser/**',
  'test/electron/**',
  'test/e2e/**',
  'test/provision/**',
  'test/packaging/**',
  'test/faults/**',
  'test/simulation/**',
  'test/hardware/**',
  'test/bench/**',
  'test/security/**',
  'test/canary/**',
  'test/thief/**',
  'test/adversary/**',
]

/** A page or a process is asked again until it says so, however busy the computer is: only what never comes fails. */
const expectations = { poll: { timeout: 15_000 } }

/** `unit`: rooms by themselves. `engine`, `hub`, `shell`: real processes, files and sockets. `electron`: the built shell. `e2e`: a real browser over all of it. */
export default defineConfig({
  test: {
    // Most files wait for processes, disks and sockets: two at a time also where there are two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: [['default', { summary: false }], './test/reporter.ts'],
    projects: [
      { plugins: [vue()], test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: whole, testTimeout: 30_000 } },
      {
        test: {
          name: 'engine',
          expect: expectations,
          include: ['test/engine/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'hub',
          expect: expectations,
          include: ['test/hub/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'shell',
          expect: expectations,
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'electron',
          expect: expectations,
          include: ['test/electron/**/*.test.ts', 'test/provision/**/*.test.ts', 'test/packaging/**/*.test.ts'],
          globalSetup: 'test/electron/build-shell.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'security',
          expect: expectations,
          include: ['test/security/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'proofs',
          expect: expectations,
          include: ['test/canary/**/*.test.ts', 'test/thief/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'adversary',
          expect: expectations,
          include: ['test/adversary/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          expect: expectations,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/build-once.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
