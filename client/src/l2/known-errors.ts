import {
  allowListGateAbi,
  attestationGateAbi,
  bulkPricingAbi,
  compositeGateAbi,
  contactDirectoryAbi,
  dataCommitteeAbi,
  demandGateAbi,
  flatFeeGateAbi,
  inboxAbi,
  parleyGovernorAbi,
  parleyTimelockAbi,
  parleyVotesAbi,
  publicInboxAbi,
  reputationAbi,
  rollupAbi,
  signatureVerifierAbi,
  stakeVaultAbi,
  sybilListGateAbi,
  sybilListsAbi,
  treasuryAbi,
} from '@parley/contracts'
import type { Abi } from 'viem'

const abis: readonly Abi[] = [
  rollupAbi,
  inboxAbi,
  dataCommitteeAbi,
  contactDirectoryAbi,
  signatureVerifierAbi,
  publicInboxAbi,
  allowListGateAbi,
  attestationGateAbi,
  compositeGateAbi,
  demandGateAbi,
  flatFeeGateAbi,
  sybilListGateAbi,
  bulkPricingAbi,
  reputationAbi,
  stakeVaultAbi,
  sybilListsAbi,
  treasuryAbi,
  parleyGovernorAbi,
  parleyTimelockAbi,
  parleyVotesAbi,
]

/** Errors of all contracts: what one refuses with may come from another that it calls. */
export const knownErrors: Abi = abis.flatMap((abi) => abi.filter(({ type }) => type === 'error'))
