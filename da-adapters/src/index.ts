export {
  createLocalDa,
  type LocalDaDeps,
  type LocalDaOptions,
  type LocalDirectoryOptions,
  type LocalUrlOptions,
} from './local/local-da.ts'
export {
  createLocalDaServer,
  type LocalDaServer,
  type LocalDaServerDeps,
  type LocalDaServerOptions,
} from './local/server.ts'
