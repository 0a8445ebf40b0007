/** SQL: the subject of a row `message` of the ledger as its template has it, before anybody's name is in it; null where that is gone. */
export const subjectOf = (message: string): string =>
  `(SELECT v.subject FROM template_version AS v
    WHERE v.template_key = ${message}.template_key AND v.version = ${message}.template_version)`;
