import type { DauSize } from './size.ts'

interface Measured {
  readonly users: number
  readonly holds: boolean
}

/** Users between which nothing is looked for. */
const nearUsers = 1_000

/**
 * Measures larger and larger numbers of users until one does not hold, then between it and the last that did.
 * @returns all that were measured, smallest first.
 */
export async function climb<M extends Measured>(
  { users, refinements }: Pick<DauSize, 'users' | 'refinements'>,
  measure: (users: number) => Promise<M>,
): Promise<M[]> {
  const measured: M[] = []
  for (const each of users) {
    const one = await measure(each)
    measured.push(one)
    if (!one.holds) break
  }
  let high = measured.find(({ holds }) => !holds)?.users
  let low = measured.findLast(({ holds }) => holds)?.users ?? 0
  for (let i = 0; i < refinements && high !== undefined && high - low > nearUsers; i += 1) {
    const between = Math.round((low + high) / 2)
    const one = await measure(between)
    measured.push(one)
    if (one.holds) low = between
    else high = between
  }
  return measured.toSorted((a, b) => a.users - b.users)
}
