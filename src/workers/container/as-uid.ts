/** Options of setpriv(1) with which root becomes that uid, and nothing else. */
export const asUid = (uid: number): string[] => [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
