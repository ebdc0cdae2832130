from linli.methods.language.meaning import EDGE, matters_in, meant_form, regions_of


def test_words_that_say_the_same_bear_one_mark():
    assert set(matters_in("楼上太吵")) & set(matters_in("夜里噪音"))
    assert set(matters_in("路灯不亮")).isdisjoint(matters_in("公园里跳舞"))


def test_a_filler_parts_what_stands_beside_it():
    form = meant_form("请问怎么办护照")
    assert form.split(EDGE)[0] == "护照"


def test_traditional_script_and_full_width_are_one():
    assert meant_form("電梯ＡＢ") == meant_form("电梯ab")


def test_places_disagree_only_where_both_name_one():
    sichuan, neijiang, beijing, none = map(regions_of, ("四川省", "内江的茶馆", "北京市", "茶馆"))
    assert neijiang.elsewhere(beijing)
    assert not neijiang.elsewhere(sichuan)
    assert not sichuan.elsewhere(none)
    assert neijiang.lacks(none)
    assert not none.lacks(neijiang)


def test_places_that_go_by_a_code():
    assert regions_of("A3区的路").elsewhere(regions_of("B市"))
    assert not regions_of("A3区的路").elsewhere(regions_of("A市"))
