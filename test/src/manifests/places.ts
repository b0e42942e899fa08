import { variableOf } from '@parley/cli'
import { metricsApart, type RoleDescription, type RoleSecret } from '@parley/infra/roles'

/** Where the tarball is unpacked to. */
export const programPath = '/opt/parley'
export const binaryPath = `${programPath}/node_modules/.bin/parley`
/** The Node that the folder brings. */
export const nodePath = `${programPath}/node_modules/node/bin/node`
export const configPath = '/etc/parley'
export const keysPath = `${configPath}/keys`
export const dataPath = '/var/lib/parley'

/** Where a role says whether it can go on, and whether it does its job. */
export const healthPortOf = ({ port, health }: RoleDescription): number =>
  health === undefined ? port : port + metricsApart

/** A secret that is a path itself: a PEM file, which no setting reads by `file:`. */
const isPath = ({ setting }: RoleSecret): boolean => setting === 'signer.tlsKey'

/** What a role is started with besides its configuration file. @param keys - Directory of its secrets. @param data - Directory above those it writes. */
export function variablesOf(
  role: RoleDescription,
  { keys, data }: { readonly keys: string; readonly data: string },
): Readonly<Record<string, string>> {
  const secrets = role.secrets.map((secret) => [
    variableOf(secret.setting),
    `${isPath(secret) ? '' : 'file:'}${keys}/${secret.file}`,
  ])
  const directories = Object.entries(role.directories ?? {}).map(([setting, name]) => [
    variableOf(setting),
    `${data}/${name}`,
  ])
  const settings = Object.entries(role.settings ?? {}).map(([setting, value]) => [variableOf(setting), value])
  return Object.fromEntries([...secrets, ...directories, ...settings])
}
