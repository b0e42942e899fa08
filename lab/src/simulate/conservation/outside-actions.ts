import { concatHex } from 'viem'
import { type Maker, oneOf, personOf, upTo, walletOf } from './world.ts'

/** PUSH20 … SELFDESTRUCT as the code of a constructor: the only way to pay a contract that takes no ether. */
export const forceEther: Maker = (world, random) => {
  const from = personOf(world, random)
  const { inbox, directory, stakes, treasury } = world.contracts
  const [holder, contract] = oneOf(random, [
    ['inbox', inbox],
    ['directory', directory],
    ['stakes', stakes],
    ['treasury', treasury],
  ] as const)
  const value = upTo(random, 10n ** 12n)
  return {
    action: 'forceEther',
    transaction: { from, data: concatHex(['0x73', contract.address, '0xff']), value },
    settle: () => world.ledger.post(walletOf(from), `${holder} nobody`, value),
  }
}
