import {
  bulkPricingAbi,
  bulkPricingBytecode,
  contactDirectoryAbi,
  contactDirectoryBytecode,
  demandGateAbi,
  demandGateBytecode,
  flatFeeGateAbi,
  flatFeeGateBytecode,
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
} from '@parley/contracts'
import { type Address, zeroAddress } from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { devMnemonic } from '../../devnet/roles.ts'
import type { Contract } from '../chain/contract.ts'
import { createDeployer, type Deployer } from '../chain/deployer.ts'
import type { SimulatedChain } from '../chain/simulated-chain.ts'
import { inboxCount, type SpamPreset } from './preset.ts'

/** What stands between a sender and an inbox. */
export type Regime = 'no fee' | 'flat fee' | 'demand gate' | 'bulk pricing'

export const regimes: readonly Regime[] = ['no fee', 'flat fee', 'demand gate', 'bulk pricing']

/** What bulk pricing stands on. */
interface Economics {
  readonly stakes: Contract<typeof stakeVaultAbi>
  readonly lists: Contract<typeof sybilListsAbi>
  readonly reputation: Contract<typeof reputationAbi>
}

/** The contracts of one regime, and who lives there. */
export interface Market {
  readonly chain: SimulatedChain
  readonly preset: SpamPreset
  readonly regime: Regime
  readonly inbox: Contract<typeof publicInboxAbi>
  readonly directory: Contract<typeof contactDirectoryAbi>
  /** Only with bulk pricing. */
  readonly economics: Economics | undefined
  readonly attester: HDAccount
  readonly publisher: Address
  /** Everybody who can be invited; the consumers who send come first, the honest bulk senders last. */
  readonly inboxes: readonly Address[]
  readonly consumers: readonly Address[]
  readonly honest: readonly Address[]
  /** Addresses that spammers may use. */
  readonly spare: readonly Address[]
  /** Seconds since 1970 when an epoch of bulk pricing began. */
  readonly epochAnchor: bigint
}

const [deployerIndex, publisherIndex, attesterIndex, firstInbox] = [0, 1, 2, 3] as const
/** Addresses that spammers have between them. */
export const spareAddresses = 400

/** Accounts that the chain must have. */
export const accountsOf = ({ scale }: SpamPreset): number => firstInbox + inboxCount(scale) + spareAddresses

const attestationsPerDay = 10_000

/** Deploys what the regime has; everyone who has something to set, sets it. */
export async function openMarket(chain: SimulatedChain, preset: SpamPreset, regime: Regime): Promise<Market> {
  const { contracts, scale, behaviour } = preset
  const governance = chain.accounts[deployerIndex] as Address
  const deployer = createDeployer(chain, governance)
  const verifier = (await deployer.deploy(signatureVerifierAbi, signatureVerifierBytecode, [])).address
  const fee = regime === 'no fee' ? 0n : contracts.registrationFee
  const treasury = governance
  const directory = await deployer.deploy(contactDirectoryAbi, contactDirectoryBytecode, [
    governance,
    treasury,
    verifier,
    fee,
  ])
  const inboxes = chain.accounts.slice(firstInbox, firstInbox + inboxCount(scale))
  const gate = await deployGate(deployer, preset, regime, governance, inboxes)
  const economics =
    regime === 'bulk pricing' ? await deployEconomics(deployer, preset, governance, directory) : undefined
  const pricing = economics && (await deployPricing(deployer, preset, governance, economics))
  const epochAnchor = chain.now
  const share = contracts.protocolShare
  const inbox = await deployer.deploy(publicInboxAbi, publicInboxBytecode, [
    governance,
    treasury,
    verifier,
    gate,
    pricing ?? zeroAddress,
    share,
  ])
  const attester = mnemonicToAccount(devMnemonic, { addressIndex: attesterIndex })
  const publisher = chain.accounts[publisherIndex] as Address
  if (economics !== undefined)
    await deployer.settle([
      economics.reputation.call(governance, 'setAttester', [attester.address, attestationsPerDay]),
      economics.reputation.call(governance, 'setPublishers', [[publisher]]),
    ])
  return {
    chain,
    preset,
    regime,
    inbox,
    directory,
    economics,
    attester,
    publisher,
    inboxes,
    consumers: inboxes.slice(0, scale.sendingConsumers),
    honest: inboxes.slice(inboxes.length - behaviour.honest.senders),
    spare: chain.accounts.slice(firstInbox + inboxes.length),
    epochAnchor,
  }
}

async function deployGate(
  deployer: Deployer,
  { contracts }: SpamPreset,
  regime: Regime,
  governance: Address,
  inboxes: readonly Address[],
): Promise<Address> {
  if (regime === 'demand gate' || regime === 'bulk pricing')
    return (await deployer.deploy(demandGateAbi, demandGateBytecode, [governance, contracts.curve])).address
  const gate = await deployer.deploy(flatFeeGateAbi, flatFeeGateBytecode, [])
  const fee = regime === 'no fee' ? 0n : contracts.flatFee
  await deployer.settle(inboxes.map((inbox) => gate.call(inbox, 'setFee', [fee])))
  return gate.address
}

async function deployEconomics(
  deployer: Deployer,
  { contracts }: SpamPreset,
  governance: Address,
  directory: Contract<typeof contactDirectoryAbi>,
): Promise<Economics> {
  const stakes = await deployer.deploy(stakeVaultAbi, stakeVaultBytecode, [
    governance,
    governance,
    contracts.unbondingDelay,
  ])
  const lists = await deployer.deploy(sybilListsAbi, sybilListsBytecode, [])
  const reputation = await deployer.deploy(reputationAbi, reputationBytecode, [
    governance,
    directory.address,
    stakes.address,
    lists.address,
    contracts.reputation,
  ])
  return { stakes, lists, reputation }
}

async function deployPricing(
  deployer: Deployer,
  { contracts }: SpamPreset,
  governance: Address,
  { reputation }: Economics,
): Promise<Address> {
  const pricing = await deployer.deploy(bulkPricingAbi, bulkPricingBytecode, [
    governance,
    reputation.address,
    contracts.bulk,
  ])
  return pricing.address
}
