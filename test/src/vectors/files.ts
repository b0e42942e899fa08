import { fileURLToPath } from 'node:url'
import { batchVectors } from './batches.ts'
import { blockVectors } from './blocks.ts'
import { committeeVectors } from './committee.ts'
import { feeVectors } from './fees.ts'
import { inboxItemVectors } from './inbox-items.ts'
import { multiproofVectors } from './multiproofs.ts'
import { proofVectors } from './proofs.ts'
import { signatureVectors } from './signatures.ts'
import { sszVectors } from './ssz.ts'
import { stateProofVectors } from './state-proofs.ts'
import { transitionVectors } from './transition.ts'

const at = (name: string): string => fileURLToPath(new URL(`../../vectors/${name}`, import.meta.url))
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

interface VectorFile {
  readonly file: string
  readonly render: () => string | Promise<string>
}

/** Every generated vector file and what belongs into it. */
export const vectorFiles: readonly VectorFile[] = [
  { file: at('ssz.json'), render: () => json(sszVectors()) },
  { file: at('signatures.json'), render: () => json(signatureVectors()) },
  { file: at('fees.json'), render: () => json(feeVectors()) },
  { file: at('transition.json'), render: () => json(transitionVectors()) },
  { file: at('blocks.json'), render: () => json(blockVectors()) },
  { file: at('batches.json'), render: () => json(batchVectors()) },
  { file: at('proofs.json'), render: () => json(proofVectors()) },
  { file: at('multiproofs.json'), render: () => json(multiproofVectors()) },
  { file: at('inbox-items.json'), render: () => json(inboxItemVectors()) },
  { file: at('state-proofs.json'), render: () => json(stateProofVectors()) },
  { file: at('committee.json'), render: async () => json(await committeeVectors()) },
]
