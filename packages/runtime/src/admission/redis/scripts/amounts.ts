/**
 * Lua's numbers are doubles, so an amount is three whole numbers: dollars and twice fourteen decimal places. Sums of
 * such limbs stay far below 2^53, where doubles are exact. Written out, every amount has 44 characters, so that of two
 * texts the greater one is the greater amount.
 */
export const AMOUNTS = `
local function exact(number)
  return format('%.17g', number)
end

local LIMB = 100000000000000

local function add(a, b)
  local dollars, high, low = sub(a, 1, 15) + sub(b, 1, 15), sub(a, 17, 30) + sub(b, 17, 30), sub(a, 31) + sub(b, 31)
  if low >= LIMB then low = low - LIMB; high = high + 1 end
  if high >= LIMB then high = high - LIMB; dollars = dollars + 1 end
  return format('%015d.%014d%014d', dollars, high, low)
end

local function subtract(a, b)
  local dollars, high, low = sub(a, 1, 15) - sub(b, 1, 15), sub(a, 17, 30) - sub(b, 17, 30), sub(a, 31) - sub(b, 31)
  if low < 0 then low = low + LIMB; high = high - 1 end
  if high < 0 then high = high + LIMB; dollars = dollars - 1 end
  return format('%015d.%014d%014d', dollars, high, low)
end

-- What stays taken without a reservation: never less than is spent, should the server have forgotten that it was made.
local function free(taken, reserve, spent)
  local rest = subtract(taken, reserve)
  return rest < spent and spent or rest
end

local NOTHING = '000000000000000.0000000000000000000000000000'
`;
