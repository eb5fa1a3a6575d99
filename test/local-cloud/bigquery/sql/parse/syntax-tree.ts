/** Where something begins in the text, in UTF-16 units. */
type Place = { place: number };

export type Name = Place & { text: string };

export type Node = Place & NodeContent;

type NodeContent =
  | { kind: "null" }
  | { kind: "boolean"; value: boolean }
  | { kind: "integer" | "float" | "string" | "bytes"; value: string }
  /** `DATE '2024-01-01'` and its like. */
  | { kind: "typed literal"; type: string; value: string }
  | { kind: "interval"; value: Node; unit: Name }
  | { kind: "parameter"; name: string | undefined; position: number }
  | { kind: "path"; names: Name[] }
  | { kind: "field"; base: Node; name: Name }
  | { kind: "subscript"; base: Node; index: Node }
  | CallContent
  | { kind: "cast"; safe: boolean; value: Node; type: TypeNode; format: Node | undefined }
  | { kind: "extract"; part: Node; value: Node; zone: Node | undefined }
  | { kind: "case"; subject: Node | undefined; branches: Branch[]; otherwise: Node | undefined }
  | { kind: "unary"; operator: "+" | "-" | "NOT" | "~"; operand: Node }
  | { kind: "binary"; operator: string; left: Node; right: Node }
  | { kind: "between"; value: Node; low: Node; high: Node; not: boolean }
  | { kind: "in"; value: Node; not: boolean; options: Node[] | Query | { list: Node } }
  | { kind: "like"; value: Node; pattern: Node; not: boolean }
  | { kind: "is"; value: Node; what: "FALSE" | "NULL" | "TRUE"; not: boolean }
  | { kind: "distinct from"; left: Node; right: Node; not: boolean }
  | { kind: "exists"; query: Query }
  | { kind: "subquery"; query: Query }
  | { kind: "array subquery"; query: Query }
  | { kind: "array"; element: TypeNode | undefined; items: Node[] }
  | {
      kind: "struct";
      /** Written in parentheses alone, which name no members. */
      tuple: boolean;
      type: TypeNode | undefined;
      items: { value: Node; alias: Name | undefined }[];
    };

type CallContent = {
  kind: "call";
  names: Name[];
  arguments: CallArgument[];
  distinct: boolean;
  nulls: "IGNORE" | "RESPECT" | undefined;
  having: { most: "MAX" | "MIN"; value: Node } | undefined;
  order: OrderItem[];
  limit: Node | undefined;
  over: WindowSpecification | undefined;
};

export type Call = Place & CallContent;

export type CallArgument = Place & { name: Name | undefined; value: Node | "*" };

type Branch = { condition: Node; result: Node };

export type TypeNode = Place &
  (
    | { kind: "name"; name: string; parameters: string[] }
    | { kind: "array"; element: TypeNode }
    | { kind: "struct"; members: { name: string | undefined; type: TypeNode }[] }
  );

export type OrderItem = Place & {
  value: Node;
  descending: boolean;
  nulls: "FIRST" | "LAST" | undefined;
};

export type WindowSpecification = Place & {
  base: Name | undefined;
  partition: Node[];
  order: OrderItem[];
  orderPlace: number;
  frame: Frame | undefined;
};

export type Frame = { unit: "RANGE" | "ROWS"; from: FrameBound; to: FrameBound | undefined };
export type FrameBound =
  | { kind: "CURRENT ROW" | "UNBOUNDED FOLLOWING" | "UNBOUNDED PRECEDING" }
  | { kind: "FOLLOWING" | "PRECEDING"; distance: Node };

export type Query = Place & {
  kind: "query";
  recursive: boolean;
  with: CommonTable[];
  body: Select | SetOperation | Query;
  order: OrderItem[];
  limit: Node | undefined;
  offset: Node | undefined;
};

export type CommonTable = { name: Name; query: Query };

export type SetOperation = Place & {
  kind: "set operation";
  operator: "EXCEPT DISTINCT" | "INTERSECT DISTINCT" | "UNION ALL" | "UNION DISTINCT";
  inputs: (Select | SetOperation | Query)[];
};

export type Select = Place & {
  kind: "select";
  distinct: boolean;
  as: "STRUCT" | "VALUE" | undefined;
  items: SelectItem[];
  from: FromItem | undefined;
  where: Node | undefined;
  group: Grouping | undefined;
  having: Node | undefined;
  qualify: Node | undefined;
  windows: { name: Name; specification: WindowSpecification }[];
};

export type SelectItem = Place &
  (
    | { kind: "expression"; value: Node; alias: Name | undefined }
    | {
        kind: "star";
        base: Node | undefined;
        except: Name[];
        replace: { value: Node; name: Name }[];
      }
  );

type Grouping = Place & { all: boolean; items: GroupingItem[] };

export type GroupingItem =
  | { kind: "key"; value: Node }
  | { kind: "CUBE" | "GROUPING SETS" | "ROLLUP"; sets: Node[][]; nested: GroupingItem[] };

export type JoinKind = "CROSS" | "FULL" | "INNER" | "LEFT" | "RIGHT";

export type FromItem = Place &
  (
    | {
        kind: "table";
        names: Name[];
        alias: Name | undefined;
        offset: WithOffset;
        also: TableSuffix;
      }
    | { kind: "unnest"; list: Node; alias: Name | undefined; offset: WithOffset }
    | { kind: "table query"; query: Query; alias: Name | undefined; also: TableSuffix }
    | {
        kind: "table function";
        names: Name[];
        /** Undefined where a table or model is among them. */
        arguments: Node[] | undefined;
        alias: Name | undefined;
      }
    | {
        kind: "join";
        join: JoinKind;
        left: FromItem;
        right: FromItem;
        on: Node | undefined;
        using: Name[];
      }
  );

export type WithOffset = { alias: Name | undefined } | undefined;

export type TableSuffix = { sample: string | undefined; pivot: Pivot | undefined };

export type Pivot = Place & {
  aggregates: { call: Node; alias: Name | undefined }[];
  input: Node;
  values: { value: Node; alias: Name | undefined }[];
  alias: Name | undefined;
};

export type Statement = Place &
  (
    | { kind: "select"; query: Query }
    | { kind: "export data"; options: TableOption[]; query: Query }
    | {
        kind: "insert";
        target: Name[];
        columns: Name[];
        rows: (Node | "DEFAULT")[][] | undefined;
        rowPlaces: number[];
        query: Query | undefined;
      }
    | {
        kind: "update";
        target: Name[];
        alias: Name | undefined;
        assignments: Assignment[];
        from: FromItem | undefined;
        where: Node | undefined;
      }
    | { kind: "delete"; target: Name[]; alias: Name | undefined; where: Node | undefined }
    | { kind: "truncate"; target: Name[] }
    | {
        kind: "merge";
        target: Name[];
        alias: Name | undefined;
        source: FromItem;
        on: Node;
        clauses: MergeClause[];
      }
    | {
        kind: "create view";
        target: Name[];
        replace: boolean;
        unlessExists: boolean;
        query: Query;
        text: string;
        options: TableOption[];
      }
    | {
        kind: "create table function";
        target: Name[];
        replace: boolean;
        unlessExists: boolean;
        parameters: { name: string; type: TypeNode }[];
        query: Query;
        /** The whole statement. */
        text: string;
        options: TableOption[];
      }
    | {
        kind: "create table";
        target: Name[];
        replace: boolean;
        unlessExists: boolean;
        columns: ColumnDefinition[];
        query: Query | undefined;
        partition: Node | undefined;
        cluster: Name[];
        options: TableOption[];
      }
    | {
        kind: "create schema";
        target: Name[];
        unlessExists: boolean;
        options: TableOption[];
      }
    | {
        kind: "drop";
        what: "SCHEMA" | "TABLE" | "TABLE FUNCTION" | "VIEW";
        target: Name[];
        ifExists: boolean;
        cascade: boolean;
      }
    | { kind: "create function"; function: FunctionDefinition }
  );

export type Assignment = { path: Name[]; value: Node | "DEFAULT" };

export type MergeClause = Place & {
  when: "MATCHED" | "NOT MATCHED" | "NOT MATCHED BY SOURCE";
  condition: Node | undefined;
  action:
    | { kind: "delete" }
    | { kind: "update"; assignments: Assignment[] }
    | { kind: "insert"; columns: Name[]; values: (Node | "DEFAULT")[] | "ROW" };
};

export type TableOption = { name: string; value: Node };

export type ColumnDefinition = {
  name: Name;
  type: TypeNode;
  required: boolean;
  options: TableOption[];
};

export type FunctionDefinition = {
  name: Name;
  parameters: { name: string; type: TypeNode | undefined }[];
  returns: TypeNode | undefined;
  body: Node;
};
