import type { Bytes20 } from '@parley/protocol'
import { type Address, bytesToHex, createPublicClient, http } from 'viem'
import { getCode } from 'viem/actions'
import { type DeployDeps, type DeployOptions, deploy } from './deploy.ts'
import { deployContacts } from './deploy-contacts.ts'
import { deployInvites } from './deploy-invites.ts'
import { type Deployed, Deployer } from './deployer.ts'
import { type DeploymentRecord, invalid } from './record.ts'

/** Parts of Parley on the L2 that can be deployed one by one. */
export const phases = ['rollup', 'contacts', 'inbox'] as const
export type Phase = (typeof phases)[number]

export interface DeployPhasesOptions
  extends Pick<DeployOptions, 'url' | 'deployer' | 'preset' | 'withinMs' | 'treasury'> {
  readonly phases: ReadonlySet<Phase>
  /** What the phase `rollup` needs besides. */
  readonly rollup?: Pick<DeployOptions, 'sequencer' | 'operator' | 'claimer' | 'genesisTimestamp'>
  /** Sets the parameters of contacts and inbox. */
  readonly governance: Bytes20
  /** What was deployed before: it is left as it is. */
  readonly before?: DeploymentRecord | undefined
  /** Told after every contract, so that a deployment that was interrupted goes on where it stopped. */
  readonly onProgress?: (record: DeploymentRecord) => Promise<void>
}

/**
 * Deploys the phases asked for, those contracts that the record does not have yet; each in a transaction of its own.
 * @returns the record with all that stands now.
 * @throws {InfraError} `DEPLOYMENT_FAILED`; `DEPLOYMENT_INVALID` when the record is of another chain or names what is not there.
 */
export async function deployPhases(deps: DeployDeps, options: DeployPhasesOptions): Promise<DeploymentRecord> {
  const { url, preset, before, onProgress } = options
  const client = createPublicClient({ transport: http(url) })
  const chainId = BigInt(await client.getChainId())
  let record: DeploymentRecord = before ?? { preset: preset.name, chainId, contracts: {} }
  if (record.chainId !== chainId) throw invalid('chainId', `is ${record.chainId}, the chain’s is ${chainId}`)
  await demandCode(url, record)
  const keep = async (next: DeploymentRecord): Promise<void> => {
    record = next
    await onProgress?.(record)
  }
  if (options.phases.has('rollup') && record.rollup === undefined) {
    const { chainId: _, preset: __, ...rollup } = await deploy(deps, { ...options, ...rollupOptions(options) })
    await keep({ ...record, rollup })
  }
  const deployer = new Deployer(deps, options, record.contracts, (contracts: Deployed) =>
    keep({ ...record, contracts }),
  )
  const authorities = { governance: bytesToHex(options.governance), treasury: bytesToHex(options.treasury) }
  if (options.phases.has('contacts')) await deployContacts(deployer, preset, authorities)
  if (options.phases.has('inbox')) await deployInvites(deployer, preset, authorities)
  return record
}

/** Who decides about the contracts and receives the fees. */
export interface Authorities {
  readonly governance: Address
  readonly treasury: Address
}

function rollupOptions({ rollup }: DeployPhasesOptions): NonNullable<DeployPhasesOptions['rollup']> {
  if (rollup === undefined) throw invalid('rollup', 'needs a sequencer, an operator and a claimer')
  return rollup
}

/** A record that names what is not there would leave contracts out without a word. */
async function demandCode(url: string, { contracts }: DeploymentRecord): Promise<void> {
  const client = createPublicClient({ transport: http(url) })
  for (const [name, { address }] of Object.entries(contracts)) {
    const code = await getCode(client, { address })
    if (code === undefined || code === '0x') throw invalid(`contracts.${name}`, `nothing stands at ${address}`)
  }
}
