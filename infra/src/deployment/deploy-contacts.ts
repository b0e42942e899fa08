import {
  contactDirectoryAbi,
  contactDirectoryBytecode,
  signatureVerifierAbi,
  signatureVerifierBytecode,
} from '@parley/contracts'
import type { Authorities, Deployer } from './deployer.ts'
import type { Preset } from './presets.ts'

/** Deploys the contact directory. */
export async function deployContacts(
  deployer: Deployer,
  { contacts }: Preset,
  authorities: Authorities,
): Promise<void> {
  const { governance, treasury } = authorities
  const verifier = await deployVerifier(deployer)
  await deployer.deploy('ContactDirectory', {
    abi: contactDirectoryAbi,
    bytecode: contactDirectoryBytecode,
    args: [governance, treasury, verifier, contacts.registrationFee],
  })
}

/** Deploys what asks wallets whether they signed, which contacts and inbox share. */
export function deployVerifier(deployer: Deployer): Promise<`0x${string}`> {
  const code = { abi: signatureVerifierAbi, bytecode: signatureVerifierBytecode, args: [] } as const
  return deployer.deploy('SignatureVerifier', code)
}
