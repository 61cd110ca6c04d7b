/** The end-to-end tests of a handover, in the built Electron shell on the stand-in. */
process.env['LODGE_SHELL'] = 'electron-standin'
await import('../e2e/handover.test.ts')
