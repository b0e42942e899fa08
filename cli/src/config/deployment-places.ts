import { chainSettings } from '@parley/infra/chains'
import { z } from 'zod'
import { CliError } from '../faults.ts'
import { parseFile } from './parse-file.ts'

const contract = z.object({ address: z.string(), block: z.string() }).optional()

/** Of a deployment file, what has a configuration key. `@parley/infra` reads it whole, with all that deploys. */
const schema = z.object({
  version: z.literal(3),
  preset: z.string(),
  rollup: z.object({ rollup: z.string() }).optional(),
  contracts: z.object({
    DataCommittee: contract,
    ContactDirectory: contract,
    PublicInbox: contract,
    Treasury: contract,
    ParleyGovernor: contract,
    ParleyVotes: contract,
  }),
  layers: z.record(z.string(), z.string()).optional(),
})

/** What a deployment file may say of the layers that claims lie on: where they are read, and nothing that is secret. */
const layerKeys = [
  'da.localUrl',
  'da.celestiaUrl',
  'da.celestiaMoreUrls',
  'da.celestiaChainId',
  'da.altDaUrl',
  'da.altDaCommitments',
  'da.committeeUrls',
  'l1.url',
  'l1.beaconUrl',
  'l1.archiveUrl',
  'archive.urls',
] as const

/**
 * Where a deployment file says that contracts are, by their names in the section `l2`; those that were not deployed are missing.
 * @throws {CliError} `CONFIG_FILE_UNREADABLE`.
 */
export function deploymentPlaces(path: string): Readonly<Record<string, string>> {
  const { rollup, contracts } = readFields(path)
  const { DataCommittee, ContactDirectory, PublicInbox, Treasury, ParleyGovernor, ParleyVotes } = contracts
  return {
    ...(rollup && { rollup: rollup.rollup }),
    ...(DataCommittee && { committee: DataCommittee.address }),
    ...(ContactDirectory && { directory: ContactDirectory.address }),
    ...(PublicInbox && { publicInbox: PublicInbox.address, publicInboxBlock: PublicInbox.block }),
    ...(Treasury && { treasury: Treasury.address }),
    ...(ParleyGovernor && { governor: ParleyGovernor.address }),
    ...(ParleyVotes && { votes: ParleyVotes.address }),
  }
}

/**
 * What a deployment file says of the layers that claims lie on, by the keys of settings, as text: whoever reads that history needs
 * an adapter for each of them.
 * @throws {CliError} `CONFIG_FILE_UNREADABLE`, `CONFIG_KEY_UNKNOWN`.
 */
export function deploymentLayers(path: string): ReadonlyMap<(typeof layerKeys)[number], string> {
  const found = new Map<(typeof layerKeys)[number], string>()
  for (const [name, text] of Object.entries(readFields(path).layers ?? {})) {
    const key = layerKeys.find((each) => each === name)
    if (key === undefined)
      throw new CliError({ code: 'CONFIG_KEY_UNKNOWN', key: `layers.${name}`, source: `file ${path}` })
    found.set(key, text)
  }
  return found
}

/**
 * What roles do by themselves on the public chain of a deployment, by the keys of settings.
 * @throws {CliError} `CONFIG_FILE_UNREADABLE`.
 */
export function deploymentChain(path: string): Readonly<Record<string, string | number>> {
  return chainSettings(readFields(path).preset)
}

function readFields(path: string): z.infer<typeof schema> {
  const { success, data, error } = schema.safeParse(parseFile(path, 'json'))
  if (success) return data
  const [issue] = error.issues
  const reason = `is no deployment file: ${issue?.path.join('.') || 'it'} ${issue?.message ?? 'is wrong'}`
  throw new CliError({ code: 'CONFIG_FILE_UNREADABLE', path, reason })
}
