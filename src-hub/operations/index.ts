export { createMetrics, serveMetrics, type Metrics, type MetricsServer } from './metrics.ts'
export { openApiDocument } from './openapi.ts'
export { createReadiness, type Readiness } from './readiness.ts'
export { createSparingLog, sameEveryMs } from './sparing-log.ts'
