import {
  allowListGateAbi,
  allowListGateBytecode,
  attestationGateAbi,
  attestationGateBytecode,
  compositeGateAbi,
  compositeGateBytecode,
  demandGateAbi,
  demandGateBytecode,
  flatFeeGateAbi,
  flatFeeGateBytecode,
  publicInboxAbi,
  publicInboxBytecode,
} from '@parley/contracts'
import { zeroAddress } from 'viem'
import { deployVerifier } from './deploy-contacts.ts'
import type { Authorities, Deployer } from './deployer.ts'
import type { Preset } from './presets.ts'

/** Deploys the public inbox, with the demand gate as the default, and the gates that recipients may choose instead. */
export async function deployInvites(deployer: Deployer, { invites }: Preset, authorities: Authorities): Promise<void> {
  const { governance, treasury } = authorities
  const verifier = await deployVerifier(deployer)
  const demandGate = await deployer.deploy('DemandGate', {
    abi: demandGateAbi,
    bytecode: demandGateBytecode,
    args: [governance, invites.curve],
  })
  const pricing = deployer.contracts.BulkPricing?.address ?? zeroAddress
  const inbox = await deployer.deploy('PublicInbox', {
    abi: publicInboxAbi,
    bytecode: publicInboxBytecode,
    args: [governance, treasury, verifier, demandGate, pricing, invites.protocolShare],
  })
  await deployer.deploy('FlatFeeGate', { abi: flatFeeGateAbi, bytecode: flatFeeGateBytecode, args: [] })
  await deployer.deploy('AllowListGate', { abi: allowListGateAbi, bytecode: allowListGateBytecode, args: [] })
  await deployer.deploy('AttestationGate', { abi: attestationGateAbi, bytecode: attestationGateBytecode, args: [] })
  await deployer.deploy('CompositeGate', { abi: compositeGateAbi, bytecode: compositeGateBytecode, args: [inbox] })
}
