/** The layer's name in faults, logs and metrics. */
export const celestiaLayer = 'celestia'
