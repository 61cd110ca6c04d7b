/** `node build.ts window|console FOLDER`: one build, for the run's server. */
import { buildConsolePages, buildWindowPages } from '../pages.ts'

const [what, folder = ''] = process.argv.slice(2)
if (what === 'window') await buildWindowPages(folder)
else await buildConsolePages(folder)
