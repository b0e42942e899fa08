import {
  parleyGovernorAbi,
  parleyGovernorBytecode,
  parleyTimelockAbi,
  parleyTimelockBytecode,
  parleyVotesAbi,
  parleyVotesBytecode,
  rollupOperatorAbi,
  rollupOperatorBytecode,
  treasuryAbi,
  treasuryBytecode,
} from '@parley/contracts'
import { type Address, bytesToHex, type Hex, isAddressEqual, keccak256, stringToHex, zeroAddress, zeroHash } from 'viem'
import type { Deployer } from './deployer.ts'
import type { Preset } from './presets.ts'
import type { DeploymentRecord } from './record.ts'

export interface TreasuryParties {
  /** Who has all votes at first. */
  readonly voteHolder: Address
  /** Who records what batches cost, and quotes data through `RollupOperator`. */
  readonly operator: Address
}

const roleOf = (name: string): Hex => keccak256(stringToHex(name))

/** Deploys votes, timelock, governor and treasury, and leaves the timelock to the governor alone. */
export async function deployTreasury(
  deployer: Deployer,
  { treasury }: Preset,
  { voteHolder, operator }: TreasuryParties,
): Promise<void> {
  const { votingDelay, votingPeriod, threshold, quorum, extension } = treasury.governor
  const votes = await deployer.deploy('ParleyVotes', {
    abi: parleyVotesAbi,
    bytecode: parleyVotesBytecode,
    args: [voteHolder, treasury.supply],
  })
  const timelock = await deployer.deploy('ParleyTimelock', {
    abi: parleyTimelockAbi,
    bytecode: parleyTimelockBytecode,
    args: [BigInt(treasury.timelockDelay), BigInt(treasury.leastTimelockDelay), deployer.account],
  })
  const governor = await deployer.deploy('ParleyGovernor', {
    abi: parleyGovernorAbi,
    bytecode: parleyGovernorBytecode,
    args: [votes, timelock, votingDelay, votingPeriod, threshold, BigInt(quorum), extension],
  })
  await handOver(deployer, timelock, governor)
  await deployer.deploy('Treasury', {
    abi: treasuryAbi,
    bytecode: treasuryBytecode,
    args: [timelock, operator, treasury.bounds],
  })
  await deployer.deploy('RollupOperator', {
    abi: rollupOperatorAbi,
    bytecode: rollupOperatorBytecode,
    args: [timelock, operator],
  })
}

/** Lets the governor propose and cancel, then takes the deployer's own right away; each only where it is still to be done. */
async function handOver(deployer: Deployer, timelock: Address, governor: Address): Promise<void> {
  const { client, account } = deployer
  const contract = { address: timelock, abi: parleyTimelockAbi } as const
  const has = (role: Hex, holder: Address) =>
    client.readContract({ ...contract, functionName: 'hasRole', args: [role, holder] })
  for (const role of ['PROPOSER_ROLE', 'CANCELLER_ROLE'].map(roleOf))
    if (!(await has(role, governor)))
      await deployer.call('ParleyTimelock', { ...contract, functionName: 'grantRole', args: [role, governor] })
  if (await has(zeroHash, account))
    await deployer.call('ParleyTimelock', { ...contract, functionName: 'renounceRole', args: [zeroHash, account] })
}

/** Names the rollup to the treasury, where none is named; its deployer may, and nobody else but a vote. */
export async function nameRollup(deployer: Deployer, { rollup }: DeploymentRecord): Promise<void> {
  const { Treasury } = deployer.contracts
  if (Treasury === undefined || rollup === undefined) return
  const contract = { address: Treasury.address, abi: treasuryAbi } as const
  const named = await deployer.client.readContract({ ...contract, functionName: 'rollup' })
  if (!isAddressEqual(named, zeroAddress)) return
  await deployer.call('Treasury', { ...contract, functionName: 'setRollup', args: [bytesToHex(rollup.rollup)] })
}
