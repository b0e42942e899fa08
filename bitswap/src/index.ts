export { openBitswap } from './open-bitswap.ts'
