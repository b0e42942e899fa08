import type { Cursor } from '../../src/index.ts'
import type { Party } from '../simulation/world.ts'

/** Has a party read its record anew from some place on, as after a reorganisation of the L2. */
export async function rewound({ conversation }: Party, from: Cursor): Promise<void> {
  const { signal } = new AbortController()
  await conversation.take({ kind: 'void', from, reason: 'reorganised' }, signal)
}
