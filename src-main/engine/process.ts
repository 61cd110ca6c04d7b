/**
 * Entry of the engine's process. The engine itself is loaded once the first message has said where the desk's own
 * folder is: V8's compiled code is kept there (private to this user, unlike a shared temporary folder), which takes a
 * third off every start but the first.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { connectParent } from './parent-channel.ts'

const parent = connectParent()
const message = await parent.first
const config = typeof message === 'object' && message !== null && 'config' in message ? message.config : null
if (typeof config === 'object' && config !== null && 'dataDir' in config && typeof config.dataDir === 'string')
  enableCompileCache(join(config.dataDir, 'code'))
const { runEngineProcess } = await import('./run-process.ts')
runEngineProcess({ parent })
