import { canonicalJson } from '@entente/kernel';
import type { Filter } from '../comparisons/filter';
import type { Needs } from '../conditions/kind';
import { kindOf, type Condition } from '../conditions/registry';
import type { Rule } from '../rule';
import type { Leaf, Test } from './evaluation';
import { makeSeries, type Series } from '../series';
import type { SegmentVersion, VersionNames } from './versions';

type Status = SegmentVersion['status'];

/** Turns rules into tests over shared conditions, and conditions into needs of shared series. */
export class Compilation {
  readonly series = new Map<string, Series>();
  readonly leavesBySeries = new Map<string, Leaf[]>();
  readonly leavesByTrait = new Map<string, Leaf[]>();
  private readonly leaves = new Map<string, Leaf>();

  constructor(private readonly names: VersionNames) {}

  /** The rule as a version of that status reads it, and its conditions. */
  compile(rule: Rule, status: Status): { test: Test; leaves: readonly Leaf[] } {
    if ('all' in rule) {
      const { tests, leaves } = this.compileList(rule.all, status);
      return { test: (evaluation) => tests.every((test) => test(evaluation)), leaves };
    }
    if ('any' in rule) {
      const { tests, leaves } = this.compileList(rule.any, status);
      return { test: (evaluation) => tests.some((test) => test(evaluation)), leaves };
    }
    if ('not' in rule) {
      const { test, leaves } = this.compile(rule.not, status);
      return { test: (evaluation) => !test(evaluation), leaves };
    }
    const leaf = this.leaf(rule, status);
    return { test: (evaluation) => evaluation.holds(leaf), leaves: [leaf] };
  }

  private compileList(rules: readonly Rule[], status: Status): { tests: Test[]; leaves: Leaf[] } {
    const compiled = rules.map((rule) => this.compile(rule, status));
    return { tests: compiled.map(({ test }) => test), leaves: compiled.flatMap(({ leaves }) => leaves) };
  }

  private leaf(condition: Condition, status: Status): Leaf {
    const refers = kindOf(condition).names(condition).segments !== undefined;
    const text = `${refers ? status : ''} ${canonicalJson(condition)}`;
    const leaf = this.leaves.get(text) ?? this.newLeaf(condition, status);
    this.leaves.set(text, leaf);
    return leaf;
  }

  private newLeaf(condition: Condition, status: Status): Leaf {
    const series = new Set<string>();
    let refersTo: number | undefined;
    const needs: Needs = {
      series: (event, where, keep) => {
        const kept = this.keepSeries(event, where, keep);
        series.add(kept.key);
        return kept;
      },
      version: (segment) => (refersTo = this.names.idOf(segment, status)),
    };
    const kind = kindOf(condition);
    const leaf = { tracked: kind.compile(condition, needs), versions: new Set<number>(), refersTo };
    for (const key of series) addTo(this.leavesBySeries, key, leaf);
    for (const trait of kind.names(condition).traits ?? []) addTo(this.leavesByTrait, trait, leaf);
    return leaf;
  }

  private keepSeries(event: string, where: Filter | undefined, keep: number): Series {
    const made = makeSeries(event, where);
    const series = this.series.get(made.key) ?? made;
    series.keep = Math.max(series.keep, keep);
    this.series.set(series.key, series);
    return series;
  }
}

function addTo(map: Map<string, Leaf[]>, key: string, leaf: Leaf): void {
  const list = map.get(key);
  if (list) list.push(leaf);
  else map.set(key, [leaf]);
}
