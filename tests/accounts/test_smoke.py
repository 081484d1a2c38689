def test_each_page_of_the_navigation_opens(browse, cast):
    for who in cast.everyone().values():
        home = browse(who, "GET", "/")
        for link in home.select("nav a[href]"):
            browse(who, "GET", link["href"])
