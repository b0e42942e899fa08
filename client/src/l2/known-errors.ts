import { contractErrors } from '@parley/contracts'
import type { Abi } from 'viem'

/** Errors of all contracts: what one refuses with may come from another that it calls. */
export const knownErrors: Abi = contractErrors
