export { storeServerBounds } from './options.ts'
export {
  createStoreServer,
  type StoreServer,
  type StoreServerDeps,
  type StoreServerOptions,
} from './server.ts'
