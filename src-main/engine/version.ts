/** The program's version, from package.json, in a build as in the sources. */
import manifest from '../../package.json' with { type: 'json' }

export const { version } = manifest
