import { UintBigintType } from '@chainsafe/ssz'

/** Amounts of the L2, in wei. */
export const Uint256Type: UintBigintType = new UintBigintType(32)
