import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  attestationProof,
  type GatewayDeps,
  type JwtIssuer,
  jwtProof,
  noProof,
  type ProofVerifiers,
  reputeProof,
  stakeProof,
  TokenKeys,
  Tokens,
} from '@parley/gateway'
import { parseGwei } from 'viem'
import { z } from 'zod'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import type { DataDir } from './data-dir.ts'

type ProofDeps = Pick<GatewayDeps, 'client' | 'chainId' | 'contracts'>

const jwtIssuers = z
  .array(z.object({ issuer: z.string(), audience: z.string(), key: z.record(z.string(), z.unknown()) }))
  .max(64)

/** Issues tokens if the configuration names an issuer; undefined when it names none. @throws {CliError} `CONFIG_VALUE_INVALID`. */
export async function openIssuer(
  context: Context,
  dataDir: DataDir,
  deps: ProofDeps,
): Promise<GatewayDeps['issuer'] | undefined> {
  const { config, clock } = context
  const { issuer } = config.gateway
  if (issuer === undefined) return undefined
  const store = await dataDir.texts('gateway tokens')
  const keys = await TokenKeys.open(clock, store)
  // Whoever has the key may know the subjects, and nobody else.
  const subjectSecret = createHmac('sha256', needed(config, 'gateway.key').reveal()).update('subjects').digest()
  return { tokens: new Tokens({ keys, store, issuer }), proofs: proofsOf(context, deps), subjectSecret }
}

function proofsOf(context: Context, chain: ProofDeps): ProofVerifiers {
  const { stakeVault, reputation, attestationGate, attesters, jwtIssuersFile, ...bounds } = context.config.gateway
  const deps = { ...chain, ...(reputation !== undefined && { reputation }) }
  const { stakeMiddleGwei, stakeHighGwei, minAgeSeconds } = bounds
  const gweiOf = (count: number): bigint => parseGwei(`${count}`)
  return {
    none: noProof,
    ...(stakeVault !== undefined && {
      stake: stakeProof(
        { ...deps, vault: stakeVault },
        { middle: gweiOf(stakeMiddleGwei), high: gweiOf(stakeHighGwei) },
      ),
    }),
    ...(reputation !== undefined && { repute: reputeProof({ ...deps, reputation }, BigInt(minAgeSeconds)) }),
    ...(attestationGate !== undefined && {
      attestation: attestationProof({ ...deps, gate: attestationGate, attesters }),
    }),
    ...(jwtIssuersFile !== undefined && { jwt: jwtProof(context.clock, issuersOf(context, jwtIssuersFile)) }),
  }
}

function issuersOf({ sources }: Context, path: string): readonly JwtIssuer[] {
  const key = 'gateway.jwtIssuersFile'
  try {
    return jwtIssuers.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const reason = 'must be a JSON file with a list of {issuer, audience, key}, each key a JWK'
    const source = sources.get(key) ?? 'fallback'
    throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source, reason }, { cause })
  }
}
