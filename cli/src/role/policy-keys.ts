import type { Key } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { publishingKeys } from './layers.ts'

/**
 * What a batcher's policy cannot do without, having refused what no policy may say.
 * @throws {CliError} `CONFIG_VALUE_INVALID`.
 */
export function policyKeys({ config: { da }, sources }: Pick<Context, 'config' | 'sources'>): readonly Key[] {
  const { shadow } = da
  if (shadow !== undefined && da.layer.layers.includes(shadow)) {
    const key = 'da.shadow'
    const reason = `${shadow} is a layer of da.layer: copies go to another one`
    throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: sources.get(key) ?? 'fallback', reason })
  }
  const layers = [...da.layer.layers, ...(shadow === undefined ? [] : [shadow])]
  if (layers.includes('local') && !da.localIsNotDa) {
    const key = 'da.layer'
    const reason = 'local is one machine’s disk and no DA layer: set da.localIsNotDa where that is enough'
    throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: sources.get(key) ?? 'fallback', reason })
  }
  const tokens = new Set(layers.map((name) => (name === 'celestia' ? 'tia' : 'ether')))
  const prices: Key[] = da.choose === 'cost' && tokens.size > 1 ? ['rates.tia'] : []
  return [...layers.flatMap((name): readonly Key[] => publishingKeys[name]), ...prices]
}
