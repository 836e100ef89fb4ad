import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES as ESLINT } from '../../src/workers/eslint/table.js';
import { RULES as RUFF } from '../../src/workers/ruff/table.js';

/**
 * Categories and views of CWE 4.13 (2, 16 and 264 are among the former). They group weaknesses and are none: "This CWE ID
 * must not be used to map to real-world vulnerabilities" (cwe.mitre.org/data/definitions/275.html).
 */
const GROUPS = new Set(
  `
    2 16 19 133 136 137 189 199 227 254 255 264 265 275 310 320 355 361 371 388 389 398 399 411 417 429 438 452 465
    485 557 569 604 635 658 659 660 661 677 678 699 700 701 702 709 711 713 714 715 717 718 719 720 721 722 723 724
    725 726 727 728 729 730 731 734 736 737 738 739 740 741 742 743 744 745 746 747 748 750 751 752 753 800 801 802
    803 808 809 810 812 813 815 816 817 818 840 844 845 847 848 849 850 851 852 853 854 855 857 858 859 860 861 864
    865 866 867 868 871 872 873 874 875 876 877 878 879 880 882 883 884 886 888 900 901 904 905 919 928 929 930 932
    933 934 944 945 946 947 948 949 950 951 952 953 956 957 958 959 960 961 962 963 964 965 966 967 968 969 970 971
    974 975 977 978 980 981 982 983 984 985 986 987 988 990 991 992 993 994 995 996 997 998 999 1000 1001 1002 1003
    1005 1006 1008 1009 1010 1011 1012 1013 1014 1015 1016 1018 1019 1020 1026 1027 1028 1029 1030 1031 1032 1036
    1040 1081 1128 1129 1130 1131 1132 1133 1134 1136 1137 1139 1140 1141 1142 1143 1145 1147 1148 1149 1150 1152
    1154 1157 1158 1159 1160 1161 1162 1163 1165 1166 1167 1169 1170 1171 1172 1178 1179 1180 1181 1186 1194 1195
    1196 1198 1199 1200 1201 1202 1203 1205 1206 1207 1208 1210 1211 1212 1213 1214 1215 1217 1218 1219 1225 1226
    1227 1228 1237 1305 1306 1307 1308 1309 1337 1340 1343 1344 1345 1346 1347 1348 1349 1350 1352 1353 1354 1355
    1358 1364 1365 1366 1367 1368 1369 1370 1371 1372 1373 1375 1376 1379 1382 1387 1388 1396 1397 1398 1399 1400
    1401 1402 1403 1404 1405 1406 1407 1408 1409 1410 1411 1412 1413 1414 1415 1416 1417 1418 1424 1425 1430
  `.match(/\d+/g),
);

/** Of code and rules, without comments. */
const idsIn = (folder: string, extension: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .flatMap((name) => {
      const code = readFileSync(join(folder, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '');
      return [...code.matchAll(/CWE-(\d+)/g)].map(([, id]) => `${name} ${id}`);
    });

describe('a rule', () => {
  it.each([
    ['of an embedded tool or a reader', idsIn('src/workers', '.ts'), 20],
    ['in a rule file', idsIn('rules', '.yaml'), 150],
    ['of the table for Ruff', Object.entries(RUFF).map(([id, row]) => `${id} ${row[2]}`), 20],
    ['of the table for ESLint', Object.entries(ESLINT).map(([id, row]) => `${id} ${row[1]}`), 20],
  ])('%s names a weakness and no group of them', (_, named, least) => {
    expect(named.length).toBeGreaterThan(least);
    expect(named.filter((one) => GROUPS.has(one.split(' ')[1] ?? ''))).toEqual([]);
  });
});
