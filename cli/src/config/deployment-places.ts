import { z } from 'zod'
import { CliError } from '../faults.ts'
import { parseFile } from './parse-file.ts'

const contract = z.object({ address: z.string(), block: z.string() }).optional()

/** Of a deployment file, what has a configuration key. `@parley/infra` reads it whole, with all that deploys. */
const schema = z.object({
  version: z.literal(3),
  rollup: z.object({ rollup: z.string() }).optional(),
  contracts: z.object({
    DataCommittee: contract,
    ContactDirectory: contract,
    PublicInbox: contract,
    Treasury: contract,
    ParleyGovernor: contract,
    ParleyVotes: contract,
  }),
})

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

function readFields(path: string): z.infer<typeof schema> {
  const { success, data, error } = schema.safeParse(parseFile(path, 'json'))
  if (success) return data
  const [issue] = error.issues
  const reason = `is no deployment file: ${issue?.path.join('.') || 'it'} ${issue?.message ?? 'is wrong'}`
  throw new CliError({ code: 'CONFIG_FILE_UNREADABLE', path, reason })
}
