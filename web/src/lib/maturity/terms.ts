// SPDX-License-Identifier: Apache-2.0
// The words of the Maturity Monitor. The keys are written out, so that the catalogue check sees each use.

export const AXES = ['governance', 'human', 'system', 'information', 'incident', 'culture'] as const;
export type Axis = (typeof AXES)[number];

export const axisKey: Record<string, string> = {
  governance: 'axis-governance',
  human: 'axis-human',
  system: 'axis-system',
  information: 'axis-information',
  incident: 'axis-incident',
  culture: 'axis-culture',
};

export const indicatorKey: Record<string, string> = {
  G1: 'indicator-g1',
  G2: 'indicator-g2',
  G3: 'indicator-g3',
  G4: 'indicator-g4',
  G5: 'indicator-g5',
  G6: 'indicator-g6',
  G7: 'indicator-g7',
  G8: 'indicator-g8',
  G9: 'indicator-g9',
  H1: 'indicator-h1',
  H2: 'indicator-h2',
  H3: 'indicator-h3',
  H4: 'indicator-h4',
  H5: 'indicator-h5',
  H6: 'indicator-h6',
  H7: 'indicator-h7',
  H8: 'indicator-h8',
  S1: 'indicator-s1',
  S2: 'indicator-s2',
  S3: 'indicator-s3',
  S4: 'indicator-s4',
  S5: 'indicator-s5',
  S6: 'indicator-s6',
  S7: 'indicator-s7',
  S8: 'indicator-s8',
  S9: 'indicator-s9',
  S10: 'indicator-s10',
  S11: 'indicator-s11',
  I1: 'indicator-i1',
  I2: 'indicator-i2',
  I3: 'indicator-i3',
  I4: 'indicator-i4',
  I5: 'indicator-i5',
  I6: 'indicator-i6',
  I7: 'indicator-i7',
  I8: 'indicator-i8',
  R1: 'indicator-r1',
  R2: 'indicator-r2',
  R3: 'indicator-r3',
  R4: 'indicator-r4',
  R5: 'indicator-r5',
  R6: 'indicator-r6',
  R7: 'indicator-r7',
  R8: 'indicator-r8',
  C1: 'indicator-c1',
  C2: 'indicator-c2',
  C3: 'indicator-c3',
  C4: 'indicator-c4',
  C5: 'indicator-c5',
  C6: 'indicator-c6',
  C7: 'indicator-c7',
};

export const sourceKey: Record<string, string> = {
  accounts: 'maturity-source-accounts',
  assets: 'maturity-source-assets',
  assurance: 'maturity-source-assurance',
  authorisation: 'maturity-source-authorisation',
  controls: 'maturity-source-controls',
  drills: 'maturity-source-drills',
  incidents: 'maturity-source-incidents',
  ledger: 'maturity-source-ledger',
  monitoring: 'maturity-source-monitoring',
  obligations: 'maturity-source-obligations',
  organisation: 'maturity-source-organisation',
  people: 'maturity-source-people',
  review: 'maturity-source-review',
  'self-check': 'maturity-source-self-check',
  'storage-logs': 'maturity-source-storage-logs',
  survey: 'maturity-source-survey',
  tickets: 'maturity-source-tickets',
  training: 'maturity-source-training',
};

export const factKey: Record<string, string> = {
  'owner-seat-filled': 'gate-fact-owner-seat-filled',
  'procedure-approved': 'gate-fact-procedure-approved',
  'reviewed-three-months': 'gate-fact-reviewed-three-months',
  'independently-checked': 'gate-fact-independently-checked',
  'sim3-assessed': 'gate-fact-sim3-assessed',
  'sim3-baseline-met': 'gate-fact-sim3-baseline-met',
};

export const gateStateKey: Record<string, string> = {
  met: 'gate-met',
  not_met: 'gate-not-met',
  awaited: 'gate-awaited',
};
