import { address, choice, defaulted, listOf, text, toggle, uint64 } from './setting.ts'

/** What a deployment is made of. */
export const deploySettings = {
  'deploy.preset': defaulted(
    'dev',
    choice(['dev', 'trial', 'production', 'op-sepolia', 'base-sepolia'], {
      flag: 'preset',
      about: 'Parameters of the deployment; one that is named after a chain is for that chain alone.',
    }),
  ),
  'deploy.plan': defaulted(
    false,
    toggle({ flag: 'plan', about: 'Print transactions, gas and wei of the deployment, and send nothing.' }),
  ),
  'deploy.phases': defaulted(
    ['rollup'],
    listOf(['rollup', 'committee', 'contacts', 'inbox', 'reputation', 'treasury'], {
      flag: 'phases',
      about: 'Parts to deploy, separated by commas; what the deployment file has stays.',
    }),
  ),
  'deploy.governance': address({
    flag: 'governance',
    about: 'Sets all parameters but the rollup’s, unless the treasury’s timelock does; the deployer when left out.',
  }),
  'deploy.voteHolder': address({
    flag: 'vote-holder',
    about: 'Has all votes of the treasury’s governance at first; the deployer when left out.',
  }),
  'deploy.sequencer': address({ flag: 'sequencer-address', about: 'Address whose header signatures count.' }),
  'deploy.bondOwner': address({
    flag: 'bond-owner',
    about: 'Account whose bond answers for the sequencer’s key; another one than the claimer.',
  }),
  'deploy.fillBond': defaulted(
    false,
    toggle({ flag: 'fill-bond', about: 'Let the deployer fill that bond; it belongs to its owner from then on.' }),
  ),
  'deploy.claimer': address({ flag: 'claimer', about: 'First account that may claim.' }),
  'deploy.operator': address({
    flag: 'operator',
    about: 'Names the claimers and records costs; the deployer when left out.',
  }),
  'deploy.treasury': address({
    flag: 'treasury-address',
    about: 'Receives revenue and fees, unless the phase treasury is there; the deployer when left out.',
  }),
  'deploy.out': text({
    flag: 'deployment',
    about: 'Deployment file: what it has is left as it is, and every contract is added as soon as it stands.',
  }),
  'deploy.genesisTimestampMs': uint64(0n, 2n ** 53n, {
    flag: 'genesis',
    about: 'Genesis in milliseconds since 1970; the L2’s time when left out.',
  }),
} as const
