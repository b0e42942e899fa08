import { createRequire } from 'node:module'
import type FastCheck from 'fast-check'

/**
 * fast-check with the seed of PROPERTY_SEED in place of every test's own, and more runs: what the nightly script's
 * configuration puts where tests import fast-check. By require, for an import would lead back here.
 */
const original = createRequire(import.meta.url)('fast-check') as typeof FastCheck

const { PROPERTY_SEED: given = '1' } = process.env
const seed = Number(given)
/** Times as many runs as by day. */
const more = 10
/** Of fast-check, where a test names no number. */
const usualRuns = 100

function assert<Ts>(property: FastCheck.IAsyncProperty<Ts>, parameters?: FastCheck.Parameters<Ts>): Promise<void>
function assert<Ts>(property: FastCheck.IProperty<Ts>, parameters?: FastCheck.Parameters<Ts>): void
function assert<Ts>(property: FastCheck.IRawProperty<Ts>, parameters?: FastCheck.Parameters<Ts>): Promise<void> | void {
  const numRuns = (parameters?.numRuns ?? usualRuns) * more
  return original.assert(property, { ...parameters, seed, numRuns })
}

// Tests import it as a whole.
// biome-ignore lint/style/noDefaultExport: it stands in for a module that has one
export default { ...original, assert }
