import {
  bulkPricingAbi,
  bulkPricingBytecode,
  compositeGateAbi,
  compositeGateBytecode,
  contactDirectoryAbi,
  contactDirectoryBytecode,
  demandGateAbi,
  demandGateBytecode,
  flatFeeGateAbi,
  flatFeeGateBytecode,
  parleyGovernorAbi,
  parleyGovernorBytecode,
  parleyTimelockAbi,
  parleyTimelockBytecode,
  parleyVotesAbi,
  parleyVotesBytecode,
  publicInboxAbi,
  publicInboxBytecode,
  reputationAbi,
  reputationBytecode,
  signatureVerifierAbi,
  signatureVerifierBytecode,
  stakeVaultAbi,
  stakeVaultBytecode,
  sybilListsAbi,
  sybilListsBytecode,
  treasuryAbi,
  treasuryBytecode,
} from '@parley/contracts'
import { type Address, keccak256, stringToHex } from 'viem'
import type { Contract } from '../chain/contract.ts'
import { createDeployer, type Deployer } from '../chain/deployer.ts'
import type { SimulatedChain, Transaction } from '../chain/simulated-chain.ts'
import {
  bulkParameters,
  commonCurve,
  protocolShare,
  registrationFee,
  reimbursementBounds,
  reputationParameters,
  unbondingDelay,
  voting,
} from './parameters.ts'
import { settledRollupCode, sharingGateCode } from './stand-ins.ts'
import type { Contracts } from './world.ts'

/** Who does what. */
interface Named {
  readonly voter: Address
  readonly operator: Address
  readonly attester: Address
  readonly publishers: readonly Address[]
  readonly beneficiary: Address
}

export interface DeployedContracts {
  readonly contracts: Contracts
  /** Seconds since 1970 when the pricing and the treasury were deployed. */
  /** Whose claims costs are recorded for. */
  readonly rollup: Address
  readonly pricedSince: bigint
  readonly treasurySince: bigint
}

interface Governance {
  readonly timelock: Contract<typeof parleyTimelockAbi>
  readonly governor: Contract<typeof parleyGovernorAbi>
}

const votes = { supply: 10n ** 24n, threshold: 1n, quorumPercent: 4n } as const

/** Deploys everything, under a governance of one voter. */
export async function deployAll(chain: SimulatedChain, named: Named): Promise<DeployedContracts> {
  const deployer = createDeployer(chain, named.voter)
  const { timelock, governor } = await deployGovernance(deployer, named.voter)
  const governance = timelock.address
  const treasury = await deployer.deploy(treasuryAbi, treasuryBytecode, [
    governance,
    named.operator,
    reimbursementBounds,
  ])
  const treasurySince = chain.now
  const rollup = await deployer.create(settledRollupCode(treasury.address))
  await deployer.settle([treasury.call(named.voter, 'setRollup', [rollup])])
  const { address: verifier } = await deployer.deploy(signatureVerifierAbi, signatureVerifierBytecode, [])
  const demand = await deployer.deploy(demandGateAbi, demandGateBytecode, [governance, commonCurve])
  const directory = await deployer.deploy(contactDirectoryAbi, contactDirectoryBytecode, [
    governance,
    treasury.address,
    verifier,
    registrationFee,
  ])
  const economics = await deployEconomics(deployer, governance, treasury.address, directory.address)
  const pricedSince = chain.now
  const inbox = await deployer.deploy(publicInboxAbi, publicInboxBytecode, [
    governance,
    treasury.address,
    verifier,
    demand.address,
    economics.pricing.address,
    Number(protocolShare),
  ])
  const contracts: Contracts = {
    ...economics,
    inbox,
    directory,
    demand,
    treasury,
    governor,
    flat: await deployer.deploy(flatFeeGateAbi, flatFeeGateBytecode, []),
    composite: await deployer.deploy(compositeGateAbi, compositeGateBytecode, [inbox.address]),
    sharing: await deployer.create(sharingGateCode(named.beneficiary)),
  }
  await trust(deployer, timelock, contracts, named)
  return { contracts, rollup, pricedSince, treasurySince }
}

async function deployGovernance(deployer: Deployer, voter: Address): Promise<Governance> {
  const token = await deployer.deploy(parleyVotesAbi, parleyVotesBytecode, [voter, votes.supply])
  const timelock = await deployer.deploy(parleyTimelockAbi, parleyTimelockBytecode, [
    BigInt(voting.timelock),
    BigInt(voting.timelock),
    voter,
  ])
  const governor = await deployer.deploy(parleyGovernorAbi, parleyGovernorBytecode, [
    token.address,
    timelock.address,
    voting.delay,
    voting.period,
    votes.threshold,
    votes.quorumPercent,
    voting.extension,
  ])
  const proposer = keccak256(stringToHex('PROPOSER_ROLE'))
  await deployer.settle([
    token.call(voter, 'delegate', [voter]),
    timelock.call(voter, 'grantRole', [proposer, governor.address]),
    timelock.call(voter, 'grantRole', [proposer, voter]),
  ])
  return { timelock, governor }
}

async function deployEconomics(deployer: Deployer, governance: Address, treasury: Address, directory: Address) {
  const stakes = await deployer.deploy(stakeVaultAbi, stakeVaultBytecode, [governance, treasury, unbondingDelay])
  const lists = await deployer.deploy(sybilListsAbi, sybilListsBytecode, [])
  const reputation = await deployer.deploy(reputationAbi, reputationBytecode, [
    governance,
    directory,
    stakes.address,
    lists.address,
    reputationParameters,
  ])
  const pricing = await deployer.deploy(bulkPricingAbi, bulkPricingBytecode, [
    governance,
    reputation.address,
    bulkParameters,
  ])
  return { stakes, lists, reputation, pricing }
}

const quota = 100_000
const nothing = `0x${'00'.repeat(32)}` as const

/** Makes the attester and the publishers known, through the timelock as everything is. */
async function trust(
  deployer: Deployer,
  timelock: Contract<typeof parleyTimelockAbi>,
  { reputation }: Contracts,
  { voter, attester, publishers }: Named,
): Promise<void> {
  const calls = [
    reputation.call(timelock.address, 'setAttester', [attester, quota]),
    reputation.call(timelock.address, 'setPublishers', [publishers]),
  ]
  const batch = [calls.map(({ to }) => to as Address), calls.map(() => 0n), calls.map(({ data }) => data)] as const
  const delay = BigInt(voting.timelock)
  await deployer.settle([timelock.call(voter, 'scheduleBatch', [...batch, nothing, nothing, delay])])
  const done: Transaction = timelock.call(voter, 'executeBatch', [...batch, nothing, nothing])
  await deployer.settle([done], delay)
}
