import {
  bulkPricingAbi,
  bulkPricingBytecode,
  publicInboxAbi,
  reputationAbi,
  reputationBytecode,
  stakeVaultAbi,
  stakeVaultBytecode,
  sybilListGateAbi,
  sybilListGateBytecode,
  sybilListsAbi,
  sybilListsBytecode,
} from '@parley/contracts'
import { type Address, isAddressEqual, zeroAddress } from 'viem'
import { type Authorities, type Deployer, demanded } from './deployer.ts'
import type { Preset } from './presets.ts'

/** Deploys stakes, lists of sybils, reputation and bulk pricing over the contact directory. */
export async function deployReputation(
  deployer: Deployer,
  { reputation }: Preset,
  { governance, treasury }: Authorities,
): Promise<void> {
  const directory = demanded(deployer.contracts, 'ContactDirectory')
  const stakes = await deployer.deploy('StakeVault', {
    abi: stakeVaultAbi,
    bytecode: stakeVaultBytecode,
    args: [governance, treasury, reputation.unbondingDelay],
  })
  const lists = await deployer.deploy('SybilLists', { abi: sybilListsAbi, bytecode: sybilListsBytecode, args: [] })
  const standing = await deployer.deploy('Reputation', {
    abi: reputationAbi,
    bytecode: reputationBytecode,
    args: [governance, directory, stakes, lists, reputation.parameters],
  })
  await deployer.deploy('BulkPricing', {
    abi: bulkPricingAbi,
    bytecode: bulkPricingBytecode,
    args: [governance, standing, reputation.bulk],
  })
  await deployer.deploy('SybilListGate', { abi: sybilListGateAbi, bytecode: sybilListGateBytecode, args: [lists] })
}

/** Has an inbox that stood before ask for the network's part, too, where the deployer may decide that. */
export async function setPricing(deployer: Deployer): Promise<void> {
  const { PublicInbox, BulkPricing } = deployer.contracts
  if (PublicInbox === undefined || BulkPricing === undefined) return
  const inbox = { address: PublicInbox.address, abi: publicInboxAbi } as const
  const { client, account, log } = deployer
  const standing = await client.readContract({ ...inbox, functionName: 'pricing' })
  if (!isAddressEqual(standing, zeroAddress)) return
  const governance: Address = await client.readContract({ ...inbox, functionName: 'governance' })
  if (isAddressEqual(governance, account))
    await deployer.call('PublicInbox', { ...inbox, functionName: 'setPricing', args: [BulkPricing.address] })
  else log.warn({ governance }, 'the inbox asks for no network part until its governance sets the pricing')
}
