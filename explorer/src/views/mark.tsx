const paths = {
  node: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11',
  claimed: 'M2.5 8.5l3.5 3.5l7-8',
  final: 'M1 8.5l3 3l6-7M7 11l.5.5l6.5-7.5',
  untrue: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
} as const

/** A sign drawn beside its words: fonts do not all have one. */
export const Mark = ({ of }: { readonly of: keyof typeof paths }) => (
  <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[of]} />
  </svg>
)
