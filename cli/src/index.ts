export { plain } from './action/plain.ts'
export { binary } from './binary.ts'
export { type CommandDefinition, commonKeys } from './command/command.ts'
export { product } from './commands.ts'
export {
  type Config,
  type ConfigOf,
  type Key,
  type KeyOf,
  keysOf,
  needed,
  neededOf,
  type Settings,
  settingOf,
  variableOf,
} from './config/config.ts'
export { DaPolicy, type LayerName, parsePolicy } from './config/da-policy.ts'
export { deploymentPlaces } from './config/deployment-places.ts'
export { readKeyFile, writeKeyFile } from './config/key-file.ts'
export { loadConfig } from './config/load.ts'
export { Secret } from './config/secret.ts'
export * from './config/setting.ts'
export { settings } from './config/settings.ts'
export { settingsTable } from './config/settings-table.ts'
export * from './faults.ts'
export { type Host, main } from './main.ts'
export type { Context } from './process/context.ts'
export { collectLessOften } from './process/heap.ts'
export type { Screen } from './process/screen.ts'
export { type Call, createProgram, type Program, stackFile } from './program.ts'
