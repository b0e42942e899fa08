import {
  compositeGateAbi,
  compositeGateBytecode,
  contactDirectoryAbi,
  contactDirectoryBytecode,
  demandGateAbi,
  demandGateBytecode,
  flatFeeGateAbi,
  flatFeeGateBytecode,
  publicInboxAbi,
  publicInboxBytecode,
  signatureVerifierAbi,
  signatureVerifierBytecode,
} from '@parley/contracts'
import { devMnemonic } from '@parley/infra'
import { type Address, bytesToHex, concatHex, type Hex, numberToHex, zeroAddress } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { deriveFrom, deriveScalar } from '../../load/seeded.ts'
import { createDeployer } from '../chain/deployer.ts'
import type { SimulatedChain } from '../chain/simulated-chain.ts'
import { createDemandModel } from '../model/demand.ts'
import { type Account, createLedger } from './ledger.ts'
import { type Contracts, commonCurve, lower, sharingGate, type World, walletOf } from './world.ts'

/** Accounts that the chain must have. */
export const peopleCount = 12

const registrationFee = 10n ** 12n
const protocolShare = 700n

/** Deploys everything, gives people their wallets and opens the books. */
export async function openWorld(chain: SimulatedChain, seed: bigint): Promise<World> {
  const derive = deriveFrom(`conservation ${seed}`)
  const nobodys = (name: string): Address => bytesToHex(derive(name).subarray(0, 20))
  const [treasury, beneficiary] = [nobodys('treasury'), nobodys('beneficiary')]
  const deployer = chain.accounts[0] as Address
  const contracts = await deployAll(chain, { governance: deployer, treasury, beneficiary })
  const people = Array.from({ length: peopleCount }, (_, i) => mnemonicToAccount(devMnemonic, { addressIndex: 1 + i }))
  const wallets = [deployer, treasury, beneficiary, ...people.map(({ address }) => lower(address))]
  const balances = await chain.balances(wallets)
  const opening = new Map<Account, bigint>(wallets.map((address, i) => [walletOf(address), balances[i] as bigint]))
  return {
    chain,
    contracts,
    ledger: createLedger(opening),
    openingWei: balances.reduce((sum, balance) => sum + balance, 0n),
    known: {
      demand: createDemandModel(commonCurve),
      gates: new Map(),
      flatFees: new Map(),
      registrationFee,
      protocolShare,
    },
    people,
    wallets,
    governance: deployer,
    treasury,
    beneficiary,
    derive,
    signerOf: (step) => privateKeyToAccount(bytesToHex(deriveScalar(derive, 'signer', step))),
  }
}

interface Named {
  readonly governance: Address
  readonly treasury: Address
  readonly beneficiary: Address
}

async function deployAll(chain: SimulatedChain, { governance, treasury, beneficiary }: Named): Promise<Contracts> {
  const deployer = createDeployer(chain, governance)
  const { address: verifier } = await deployer.deploy(signatureVerifierAbi, signatureVerifierBytecode, [])
  const demand = await deployer.deploy(demandGateAbi, demandGateBytecode, [governance, commonCurve])
  const directory = await deployer.deploy(contactDirectoryAbi, contactDirectoryBytecode, [
    governance,
    treasury,
    verifier,
    registrationFee,
  ])
  const inbox = await deployer.deploy(publicInboxAbi, publicInboxBytecode, [
    governance,
    treasury,
    verifier,
    demand.address,
    zeroAddress,
    Number(protocolShare),
  ])
  return {
    inbox,
    directory,
    demand,
    flat: await deployer.deploy(flatFeeGateAbi, flatFeeGateBytecode, []),
    composite: await deployer.deploy(compositeGateAbi, compositeGateBytecode, [inbox.address]),
    sharing: await deployer.create(sharingGateCode(beneficiary)),
  }
}

/**
 * A gate of two answers: `share()` gives the beneficiary and the share, everything else (1, fee). It stands for the gates
 * that others will write.
 */
function sharingGateCode(beneficiary: Address): Hex {
  const answer = (first: Hex, second: Hex): Hex =>
    concatHex(['0x7f', first, '0x600052', '0x7f', second, '0x602052', '0x60406000f3'])
  const word = (value: bigint): Hex => numberToHex(value, { size: 32 })
  const admits = answer(word(1n), word(sharingGate.fee))
  const shares = concatHex(['0x5b', answer(word(BigInt(beneficiary)), word(sharingGate.basisPoints))])
  const selector = '0xa8d5fd65' as const
  const test = (target: Hex): Hex => concatHex(['0x60003560e01c', '0x63', selector, '0x1461', target, '0x57'])
  const shareAt = BigInt((test('0x0000').length + admits.length) / 2 - 2)
  const runtime = concatHex([test(numberToHex(shareAt, { size: 2 })), admits, shares])
  const length = numberToHex((runtime.length - 2) / 2, { size: 2 })
  // Copies what follows these 12 bytes to memory and returns it.
  return concatHex(['0x61', length, '0x80', '0x600c', '0x6000', '0x39', '0x6000', '0xf3', runtime])
}
