import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBScalarFunction,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";

/** How values of one DuckDB type are read and written by functions in JavaScript. */
type Codec<Value> = {
  type: DuckDBType;
  read: (value: DuckDBValue) => Value;
  write: (value: Value) => DuckDBValue;
};

const wrong = (value: DuckDBValue): never => {
  throw new TypeError(`Unexpected value ${String(value)}`);
};

export const text: Codec<string> = {
  type: VARCHAR,
  read: (value) => (typeof value === "string" ? value : wrong(value)),
  write: (value) => value,
};
export const integer: Codec<bigint> = {
  type: BIGINT,
  read: (value) => (typeof value === "bigint" ? value : wrong(value)),
  write: (value) => {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError("int64 overflow");
    return value;
  },
};
export const float: Codec<number> = {
  type: DOUBLE,
  read: (value) => (typeof value === "number" ? value : wrong(value)),
  write: (value) => value,
};
export const truth: Codec<boolean> = {
  type: BOOLEAN,
  read: (value) => (typeof value === "boolean" ? value : wrong(value)),
  write: (value) => value,
};
export const blob: Codec<Uint8Array> = {
  type: BLOB,
  read: (value) => (value instanceof DuckDBBlobValue ? value.bytes : wrong(value)),
  write: (value) => new DuckDBBlobValue(value),
};
/** A NUMERIC in billionths. */
export const decimal: Codec<bigint> = {
  type: DECIMAL(38, 9),
  read: (value) => (value instanceof DuckDBDecimalValue ? value.value : wrong(value)),
  write: (value) => new DuckDBDecimalValue(value, 38, 9),
};
/** A DATETIME, in µs since 1970. */
export const civil: Codec<bigint> = {
  type: TIMESTAMP,
  read: (value) => (value instanceof DuckDBTimestampValue ? value.micros : wrong(value)),
  write: (value) => new DuckDBTimestampValue(value),
};
export const civils: Codec<bigint[]> = {
  type: LIST(TIMESTAMP),
  read: wrong,
  write: (value) => listValue(value.map((item) => new DuckDBTimestampValue(item))),
};
export const texts: Codec<(string | null)[]> = {
  type: LIST(VARCHAR),
  read: (value) =>
    value instanceof DuckDBListValue
      ? value.items.map((item) => (item === null ? null : text.read(item)))
      : wrong(value),
  write: (value) => listValue(value),
};
export const blobs: Codec<Uint8Array[]> = {
  type: LIST(BLOB),
  read: wrong,
  write: (value) => listValue(value.map((item) => new DuckDBBlobValue(item))),
};

/** A function of the engine; it answers NULL where an argument is NULL. */
export type EngineFunction = {
  name: string;
  parameters: DuckDBType[];
  returns: DuckDBType;
  run: (values: DuckDBValue[]) => DuckDBValue;
};

export function define1<A, R>(
  name: string,
  a: Codec<A>,
  result: Codec<R>,
  run: (a: A) => R | null,
): EngineFunction {
  return {
    name,
    parameters: [a.type],
    returns: result.type,
    run: ([first = null]) => writeResult(result, run(a.read(first))),
  };
}

export function define2<A, B, R>(
  name: string,
  a: Codec<A>,
  b: Codec<B>,
  result: Codec<R>,
  run: (a: A, b: B) => R | null,
): EngineFunction {
  return {
    name,
    parameters: [a.type, b.type],
    returns: result.type,
    run: ([first = null, second = null]) => writeResult(result, run(a.read(first), b.read(second))),
  };
}

export function define3<A, B, C, R>(
  name: string,
  a: Codec<A>,
  b: Codec<B>,
  c: Codec<C>,
  result: Codec<R>,
  run: (a: A, b: B, c: C) => R | null,
): EngineFunction {
  return {
    name,
    parameters: [a.type, b.type, c.type],
    returns: result.type,
    run: ([first = null, second = null, third = null]) =>
      writeResult(result, run(a.read(first), b.read(second), c.read(third))),
  };
}

export function define4<A, B, C, D, R>(
  name: string,
  a: Codec<A>,
  b: Codec<B>,
  c: Codec<C>,
  d: Codec<D>,
  result: Codec<R>,
  run: (a: A, b: B, c: C, d: D) => R | null,
): EngineFunction {
  return {
    name,
    parameters: [a.type, b.type, c.type, d.type],
    returns: result.type,
    run: ([first = null, second = null, third = null, fourth = null]) =>
      writeResult(result, run(a.read(first), b.read(second), c.read(third), d.read(fourth))),
  };
}

/** Makes the function known to every connection of the database. */
export function registerFunction(connection: DuckDBConnection, one: EngineFunction): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: one.name,
      parameterTypes: one.parameters,
      returnType: one.returns,
      mainFunction: (_, input, output) => {
        const columns = one.parameters.map((__, index) => input.getColumnVector(index));
        for (let row = 0; row < input.rowCount; row += 1) {
          const values = columns.map((column) => column.getItem(row));
          output.setItem(row, values.includes(null) ? null : one.run(values));
        }
        output.flush();
      },
    }),
  );
}

function writeResult<Value>(codec: Codec<Value>, value: Value | null): DuckDBValue {
  return value === null ? null : codec.write(value);
}
