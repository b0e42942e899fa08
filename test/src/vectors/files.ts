import { fileURLToPath } from 'node:url'
import { inboxItemVectors } from './inbox-items.ts'
import { stateProofVectors } from './state-proofs.ts'

const at = (name: string): string => fileURLToPath(new URL(`../../vectors/${name}`, import.meta.url))
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

/** Every generated vector file and what belongs into it. */
export const vectorFiles = [
  { file: at('inbox-items.json'), render: () => json(inboxItemVectors()) },
  { file: at('state-proofs.json'), render: () => json(stateProofVectors()) },
] as const
