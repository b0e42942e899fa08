/** The layers by the names that the configuration knows, in the order in which they are told. */
export const layerNames = ['local', 'ethereum-blobs', 'celestia', 'committee', 'alt-da'] as const
export type LayerName = (typeof layerNames)[number]

/** The two parts of a batch. */
const partNames = ['core', 'witness'] as const
export type PartName = (typeof partNames)[number]

/** Layers of one part in the order of preference: the first is used while it works. */
export type LayerList = readonly [LayerName, ...LayerName[]]

/** One layer and two that it may fall back to. */
const maxLayers = 3

/** Why a text is no policy, for the fault of whoever reads it. */
export class PolicyRefused extends Error {}

/** Which layers each part of a batch may go to. As text it is what `--da` takes, in the shortest form. */
export class DaPolicy {
  readonly core: LayerList
  readonly witness: LayerList

  constructor(core: LayerList, witness: LayerList) {
    this.core = core
    this.witness = witness
  }

  /** Every layer that a part may go to, each once. */
  get layers(): readonly LayerName[] {
    return [...new Set([...this.core, ...this.witness])]
  }

  toString(): string {
    const [core, witness] = [this.core.join(':'), this.witness.join(':')]
    return core === witness ? core : `core=${core},witness=${witness}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/**
 * Reads a policy: `celestia`, `celestia:ethereum-blobs` or `core=ethereum-blobs,witness=celestia:ethereum-blobs`.
 * @throws {PolicyRefused}
 */
export function parsePolicy(text: string): DaPolicy {
  if (!/[=,]/.test(text)) {
    const list = parseList(text)
    return new DaPolicy(list, list)
  }
  const lists = new Map<PartName, LayerList>()
  for (const assignment of text.split(',')) {
    const [name, list, ...rest] = assignment.split('=').map((word) => word.trim())
    const part = partNames.find((known) => known === name)
    if (part === undefined || list === undefined || rest.length > 0)
      throw new PolicyRefused(`must be LAYERS, or core=LAYERS,witness=LAYERS: ${quoted(assignment)} is neither`)
    if (lists.has(part)) throw new PolicyRefused(`names ${part} twice`)
    lists.set(part, parseList(list))
  }
  const [core, witness] = partNames.map((part) => lists.get(part))
  if (core === undefined || witness === undefined)
    throw new PolicyRefused(`must name both parts: ${core === undefined ? 'core' : 'witness'} is missing`)
  return new DaPolicy(core, witness)
}

function parseList(text: string): LayerList {
  const names = text.split(':').map((word) => word.trim())
  if (names.length > maxLayers)
    throw new PolicyRefused(`must name at most ${maxLayers} layers for a part, not ${names.length}`)
  const layers = names.map((name) => {
    const layer = layerNames.find((known) => known === name)
    if (layer !== undefined) return layer
    throw new PolicyRefused(`must be of ${layerNames.join(', ')}, separated by colons: ${quoted(name)} is none`)
  })
  const twice = layers.find((layer, i) => layers.indexOf(layer) !== i)
  if (twice !== undefined) throw new PolicyRefused(`names ${twice} twice for one part`)
  return layers as unknown as LayerList
}

/** What was given, short enough for a line. */
const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
