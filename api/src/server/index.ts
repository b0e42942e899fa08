export { announcedBytes } from './announced.ts'
export { assertBearer } from './bearer.ts'
export {
  type ApiServer,
  type ApiServerDeps,
  type ApiServerOptions,
  addCharges,
  createApiServer,
} from './create-server.ts'
export type { Exchange } from './exchange.ts'
export type { Guard, MutualTls } from './guard.ts'
export { healthHandlers } from './health.ts'
export { json, mediaTypeOf, octets, prefersOctets } from './media.ts'
export { NamedAnswer, sent } from './named-answer.ts'
export { type GuardOptions, guardBounds, guardOptions } from './options.ts'
export { Quota } from './quota.ts'
export { refuseSocket } from './refuse.ts'
export {
  type Call,
  configOf,
  fastifyPath,
  type Handlers,
  placeOf,
  type ReadHandlers,
  serveDirectly,
  serveRoutes,
} from './serve.ts'
export { Share } from './share.ts'
export { sourceOf } from './source.ts'
