import { stat } from 'node:fs/promises'
import { type Config, type Key, keysOf, lookUp, needed, type Settings, settingOf } from '../config/config.ts'
import { Secret } from '../config/secret.ts'
import type { Context } from '../process/context.ts'
import { assertHeaderKey } from '../role/header-signer.ts'
import { policyKeys } from '../role/policy-keys.ts'
import { examined, type Finding, finding } from './finding.ts'

const onL2 = ['run.dataDir', 'l2.url', 'l2.rollup'] as const

/** What each role cannot do without. */
export const roleKeys: Readonly<Record<string, (context: Context) => readonly Key[]>> = {
  sequencer: ({ config }) => {
    assertHeaderKey(config)
    return onL2
  },
  batcher: (context) => [...onL2, 'sequencer.url', 'l2.key', ...policyKeys(context)],
  node: ({ config }) => [...onL2, ...(config.node.challenge ? (['node.challengeKey'] as const) : [])],
  signer: ({ config }) => [
    ...onL2,
    'signer.key',
    ...(config.signer.socket === undefined ? (['signer.tlsKey', 'signer.tlsCert', 'signer.tlsCa'] as const) : []),
  ],
  relay: () => [...onL2, 'sequencer.url'],
  'da-node': () => [...onL2, 'daNode.key'],
  store: () => ['run.dataDir'],
  gateway: () => ['run.dataDir', 'l2.url', 'l2.directory', 'l2.publicInbox', 'gateway.key', 'gateway.payKey'],
  pds: () => [...onL2, 'l2.directory', 'l2.publicInbox', 'sequencer.url', 'node.url', 'pds.key'],
  push: () => ['run.dataDir', 'sequencer.url'],
  da: () => ['da.localDir'],
}

/** Whether a role has all that it needs; one finding for each key that lacks. */
export async function checkNeeds(context: Context, role: string): Promise<Finding[]> {
  const { config } = context
  const found = await examined('settings', async () => {
    const keys = roleKeys[role]?.(context) ?? []
    const lacks = await Promise.all(
      keys.map((key) =>
        examined('settings', async () => {
          needed(config, key)
          return []
        }),
      ),
    )
    return lacks.flat()
  })
  return found.length > 0 ? found : [finding('settings', 'OK', `all that a ${role} needs is set`)]
}

/** Files and variables that secrets came from. Key files are refused when they are read. */
export async function checkSecrets({ config, settings, sources }: Context): Promise<Finding[]> {
  const found: Finding[] = []
  for (const { key, file } of secretsOf(config, settings)) {
    const source = sources.get(key) ?? 'fallback'
    if (file !== undefined) found.push(finding(key, 'OK', `in ${file}, which others cannot read`))
    else if (source.startsWith('variable ')) found.push(finding(key, 'SECRET_IN_ENVIRONMENT', source))
    else if (source.startsWith('file ')) {
      const path = source.slice('file '.length)
      const { mode } = await stat(path)
      const shown = `stands in ${path}, mode ${(mode & 0o777).toString(8)}`
      found.push(finding(key, (mode & 0o027) === 0 ? 'OK' : 'SECRET_READABLE', shown))
    }
  }
  return found
}

function secretsOf(config: Config, settings: Settings): { readonly key: string; readonly file: string | undefined }[] {
  return keysOf(settings)
    .filter((key) => settingOf(settings, key).secret)
    .flatMap((key) => {
      const value = lookUp(config, key)
      return value instanceof Secret ? [{ key, file: value.file }] : []
    })
}
