// SPDX-License-Identifier: Apache-2.0
declare global {
  namespace App {}
}

declare module '*.ftl?raw' {
  const text: string;
  export default text;
}

export {};
