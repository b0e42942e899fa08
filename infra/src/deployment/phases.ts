import type { Bytes20 } from '@parley/protocol'
import { bytesToHex, createPublicClient, hexToBytes, type PublicClient } from 'viem'
import { getCode } from 'viem/actions'
import { checkChain } from './check-chain.ts'
import { type DeployDeps, type DeployOptions, deploy } from './deploy.ts'
import { deployCommittee } from './deploy-committee.ts'
import { deployContacts } from './deploy-contacts.ts'
import { deployInvites } from './deploy-invites.ts'
import { deployReputation, setPricing } from './deploy-reputation.ts'
import { deployTreasury, nameRollup, type TreasuryParties } from './deploy-treasury.ts'
import { type Authorities, type Deployed, Deployer } from './deployer.ts'
import { type DeploymentRecord, invalid } from './record.ts'
import { transportOf } from './transport.ts'

/** Parts of Parley on the L2 that can be deployed one by one. */
export const phases = ['rollup', 'committee', 'contacts', 'inbox', 'reputation', 'treasury'] as const
export type Phase = (typeof phases)[number]

export interface DeployPhasesOptions
  extends Pick<DeployOptions, 'url' | 'deployer' | 'preset' | 'withinMs' | 'treasury'> {
  readonly phases: ReadonlySet<Phase>
  /** What the phase `rollup` needs besides. */
  readonly rollup?: Pick<
    DeployOptions,
    'sequencer' | 'bondOwner' | 'fillBond' | 'operator' | 'claimer' | 'genesisTimestamp'
  >
  /** Sets the parameters of everything but the rollup, unless the timelock of the phase `treasury` does. */
  readonly governance: Bytes20
  /** Who has all votes of the phase `treasury` at first; the deployer when left out. */
  readonly voteHolder?: Bytes20
  /** Who records costs in the phase `treasury`; the deployer when left out. */
  readonly operator?: Bytes20
  /** What was deployed before: it is left as it is. */
  readonly before?: DeploymentRecord | undefined
  /** Told after every contract, so that a deployment that was interrupted goes on where it stopped. */
  readonly onProgress?: (record: DeploymentRecord) => Promise<void>
}

/**
 * Deploys the phases asked for, those contracts that the record does not have yet; each in a transaction of its own.
 * @returns the record with all that stands now.
 * @throws {InfraError} `DEPLOYMENT_FAILED`; `CHAIN_UNSUITED`; `DEPLOYMENT_INVALID` when the record is of another chain or names what is not there.
 */
export async function deployPhases(deps: DeployDeps, options: DeployPhasesOptions): Promise<DeploymentRecord> {
  const { url, preset, before, onProgress } = options
  const client = createPublicClient({ transport: transportOf(deps, url) })
  await checkChain(client, preset)
  const chainId = BigInt(await client.getChainId())
  let record: DeploymentRecord = before ?? { preset: preset.name, chainId, contracts: {} }
  if (record.chainId !== chainId) throw invalid('chainId', `is ${record.chainId}, the chain’s is ${chainId}`)
  await assertCode(client, record)
  const keep = async (next: DeploymentRecord): Promise<void> => {
    record = next
    await onProgress?.(record)
  }
  const deployer = new Deployer(deps, options, record.contracts, (contracts: Deployed) =>
    keep({ ...record, contracts }),
  )
  const has = (phase: Phase): boolean => options.phases.has(phase)
  if (has('treasury')) await deployTreasury(deployer, preset, partiesOf(deployer, options))
  const authorities = authoritiesOf(deployer, options)
  if (has('committee')) await deployCommittee(deployer, preset, authorities)
  if (has('contacts')) await deployContacts(deployer, preset, authorities)
  if (has('reputation')) await deployReputation(deployer, preset, authorities)
  if (has('inbox')) await deployInvites(deployer, preset, authorities)
  if (has('reputation') || has('inbox')) await setPricing(deployer)
  if (has('rollup') && record.rollup === undefined) {
    const { chainId: _, preset: __, ...rollup } = await deploy(deps, rollupOptions(deployer, options, authorities))
    await keep({ ...record, rollup })
  }
  await nameRollup(deployer, record)
  return record
}

/** The timelock and the treasury, once they stand, are what everything after them is deployed with. */
function authoritiesOf({ contracts }: Deployer, { governance, treasury }: DeployPhasesOptions): Authorities {
  return {
    governance: contracts.ParleyTimelock?.address ?? bytesToHex(governance),
    treasury: contracts.Treasury?.address ?? bytesToHex(treasury),
  }
}

function partiesOf({ account }: Deployer, { voteHolder, operator }: DeployPhasesOptions): TreasuryParties {
  return {
    voteHolder: voteHolder === undefined ? account : bytesToHex(voteHolder),
    operator: operator === undefined ? account : bytesToHex(operator),
  }
}

function rollupOptions(
  { contracts }: Deployer,
  { rollup, url, deployer, preset, withinMs }: DeployPhasesOptions,
  { governance, treasury }: Authorities,
): DeployOptions {
  if (rollup === undefined) throw invalid('rollup', 'needs a sequencer, a bond owner, an operator and a claimer')
  const { RollupOperator, DataCommittee } = contracts
  const operator = RollupOperator === undefined ? rollup.operator : hexToBytes(RollupOperator.address)
  const authorities = { governance: hexToBytes(governance), treasury: hexToBytes(treasury), operator }
  const dataCommittee = DataCommittee === undefined ? {} : { dataCommittee: hexToBytes(DataCommittee.address) }
  return { ...rollup, url, deployer, preset, withinMs, ...authorities, ...dataCommittee }
}

/** A record that names what is not there would leave contracts out without a word. */
async function assertCode(client: PublicClient, { contracts }: DeploymentRecord): Promise<void> {
  for (const [name, { address }] of Object.entries(contracts)) {
    const code = await getCode(client, { address })
    if (code === undefined || code === '0x') throw invalid(`contracts.${name}`, `nothing stands at ${address}`)
  }
}
