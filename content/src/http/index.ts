export {
  createStoreServer,
  type StoreServer,
  type StoreServerDeps,
  type StoreServerOptions,
  storeServerBounds,
} from './server.ts'
